// The body of a request sent in chunks, read strictly: what we take for its end must be what any proxy in
// front of us took for it, or a request could be smuggled past that proxy.
//
// Accepts sizes of 1 to 16 hexadecimal digits, extensions of printable ASCII and tabs, line ends of CR LF and
// nothing else, and well-formed trailers. Extensions and trailers are skipped; together they may be
// kMaxHeadBytes long.
//
// Thread-safety: each call stands for itself.
#pragma once

#include <cstddef>
#include <string>

#include "http/read_bytes.h"

namespace leadspool::http {

enum class ChunkedBody { complete, cut_short, malformed, too_large };

// Appends the chunks' data to `body`, which may become `max_bytes` long; a chunk that would go beyond is not
// read. Unless complete, what was read until then stays in `body`. Takes nothing that follows the chunked
// body.
[[nodiscard]] ChunkedBody read_chunked_body(const ReadBytes& read, std::size_t max_bytes, std::string& body);

}  // namespace leadspool::http

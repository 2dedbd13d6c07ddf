// The head of a request, read strictly: where the body ends must not be a matter of opinion, or a request
// could be smuggled past a proxy in front of us.
//
// cpp-httplib reads leniently (it percent-decodes header values, for one), so it is only shown the request
// line; the headers are ours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/message.h"

namespace leadspool::http {

inline constexpr std::size_t kMaxHeadBytes = 32 * 1024;
inline constexpr std::size_t kMaxHeaders = 100;

struct Head {
  std::string request_line;  // without its line end
  bool http_1_0 = false;
  std::vector<Header> headers;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool expects_continue = false;  // the client waits for "100 Continue" before it sends the body
  bool wants_close = false;       // "Connection: close"
};

// `text` is all up to and with the empty line. An Error when a line is malformed, when there are too many
// headers, when the body's length is not said in exactly one way, or when there is not exactly one Host
// (HTTP/1.0 may do without).
[[nodiscard]] std::variant<Head, Error> parse_head(std::string_view text);

// One header from its line without the line end; nullopt when that is malformed.
[[nodiscard]] std::optional<Header> parse_header(std::string_view line);

// Whether the comma-separated list `value` holds `token`, in any case.
[[nodiscard]] bool has_token(std::string_view value, std::string_view token);

}  // namespace leadspool::http

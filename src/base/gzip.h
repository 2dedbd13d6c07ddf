// Packing and unpacking by zlib: gzip (RFC 1952) and deflate (RFC 1950; also RFC 1951, which some send by
// that name).
//
// Thread-safety: pure. Memory: what comes out, and some 50 KiB (packing: 300 KiB).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace leadspool {

// One member.
[[nodiscard]] std::string gzip(std::string_view text);

// What was packed would be longer than allowed. Found without unpacking more than that and a few KiB.
struct TooLarge {};
// Not packed in any of these ways, damaged, cut short, or followed by something else.
struct NotPacked {};

// Of gzip, several members are one text (RFC 1952, section 2.2).
[[nodiscard]] std::variant<std::string, TooLarge, NotPacked> unpack(std::string_view packed,
                                                                    std::size_t max_bytes);

}  // namespace leadspool

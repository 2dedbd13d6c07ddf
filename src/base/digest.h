// Hashes, signatures and their text forms; a thin skin over libcrypto, which never leaks from here.
//
// Thread-safety: all pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace leadspool {

using Sha256 = std::array<std::uint8_t, 32>;

[[nodiscard]] Sha256 sha256(std::string_view bytes);
[[nodiscard]] Sha256 hmac_sha256(std::string_view key, std::string_view bytes);

// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes);
// nullopt unless `text` is an even number of hexadecimal digits, in any case.
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);

// RFC 4648 section 4, with padding.
[[nodiscard]] std::string to_base64(std::span<const std::uint8_t> bytes);
// nullopt unless `text` is exactly that.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

// RFC 4648 section 5 without padding: fit for URLs.
[[nodiscard]] std::string to_base64url(std::span<const std::uint8_t> bytes);

// Takes the same time wherever the two differ.
[[nodiscard]] bool equal_in_constant_time(const Sha256& a, const Sha256& b);

}  // namespace leadspool

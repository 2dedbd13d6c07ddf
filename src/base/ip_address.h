// Addresses of peers, and networks of them. IPv4 is held as IPv4-mapped IPv6, so that one and the same peer
// is the same address whichever kind of listener it came to.
//
// Thread-safety: values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sockaddr_storage;

namespace leadspool {

class IpAddress {
 public:
  // "203.0.113.7" or "2001:db8::7", nothing beside it; nullopt for anything else.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
  // nullopt when it is of another family, as a Unix socket's is.
  [[nodiscard]] static std::optional<IpAddress> of(const sockaddr_storage& address);

  // As parse() takes it; IPv4 as IPv4.
  [[nodiscard]] std::string to_string() const;

  // What one customer of a network provider is given: an IPv4 address, or 64 bits of an IPv6 one.
  [[nodiscard]] IpAddress site() const;

  // With all but the first `bits` of its 128 set to 0.
  [[nodiscard]] IpAddress prefix(std::size_t bits) const;

  [[nodiscard]] bool is_ipv4() const;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  friend std::hash<IpAddress>;

  std::array<std::uint8_t, 16> bytes_{};
};

class Network {
 public:
  // An address, or an address and how many of its leading bits count ("10.0.0.0/8"); nullopt for anything
  // else.
  [[nodiscard]] static std::optional<Network> parse(std::string_view text);

  [[nodiscard]] bool holds(const IpAddress& address) const { return address.prefix(bits_) == first_; }

 private:
  Network(const IpAddress& address, std::size_t bits) : first_(address.prefix(bits)), bits_(bits) {}

  IpAddress first_;
  std::size_t bits_;
};

using Networks = std::vector<Network>;

[[nodiscard]] bool holds(const Networks& networks, const IpAddress& address);

}  // namespace leadspool

template <>
struct std::hash<leadspool::IpAddress> {
  std::size_t operator()(const leadspool::IpAddress& address) const noexcept {
    return std::hash<std::string_view>()(
        {reinterpret_cast<const char*>(address.bytes_.data()), address.bytes_.size()});
  }
};

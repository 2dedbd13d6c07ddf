#include "base/ip_address.h"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace leadspool {

namespace {

constexpr std::size_t kBits = 128;
constexpr std::size_t kMappedBits = 96;  // of "::ffff:0:0/96"
constexpr std::array<std::uint8_t, kMappedBits / 8> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// nullopt unless `text` is a decimal number up to `most`, written the shortest way.
std::optional<std::size_t> parse_bits(std::string_view text, std::size_t most) {
  std::size_t bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  const bool padded = text.size() > 1 && text.front() == '0';
  if (error != std::errc() || end != text.data() + text.size() || padded || bits > most) return std::nullopt;
  return bits;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string terminated(text);
  IpAddress address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes_.data()) == 1) return address;
  std::ranges::copy(kMapped, address.bytes_.begin());
  if (inet_pton(AF_INET, terminated.c_str(), &address.bytes_[kMapped.size()]) == 1) return address;
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::of(const sockaddr_storage& address) {
  IpAddress made;
  if (address.ss_family == AF_INET6) {
    const auto& bytes = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr.s6_addr;
    std::ranges::copy(bytes, made.bytes_.begin());
    return made;
  }
  if (address.ss_family != AF_INET) return std::nullopt;
  std::ranges::copy(kMapped, made.bytes_.begin());
  const auto& number = reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr;
  std::copy_n(reinterpret_cast<const std::uint8_t*>(&number), sizeof number, &made.bytes_[kMapped.size()]);
  return made;
}

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_ipv4()) {
    inet_ntop(AF_INET, &bytes_[kMapped.size()], text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
  }
  return text.data();
}

IpAddress IpAddress::site() const {
  constexpr std::size_t kSiteBits = 64;
  return is_ipv4() ? *this : prefix(kSiteBits);
}

IpAddress IpAddress::prefix(std::size_t bits) const {
  IpAddress cut = *this;
  for (std::size_t i = 0; i < cut.bytes_.size(); ++i) {
    const auto kept = std::min<std::size_t>(bits - std::min(bits, 8 * i), 8);
    cut.bytes_[i] = static_cast<std::uint8_t>(cut.bytes_[i] & (0xff00U >> kept));
  }
  return cut;
}

bool IpAddress::is_ipv4() const { return std::equal(kMapped.begin(), kMapped.end(), bytes_.begin()); }

std::optional<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return Network(*address, kBits);
  // Of an address written as IPv4, only its own 32 bits are counted.
  const bool written_as_ipv4 = text.find(':') == std::string_view::npos;
  const auto before = written_as_ipv4 ? kMappedBits : 0;
  const auto bits = parse_bits(text.substr(slash + 1), kBits - before);
  if (!bits) return std::nullopt;
  return Network(*address, before + *bits);
}

bool holds(const Networks& networks, const IpAddress& address) {
  return std::ranges::any_of(networks, [&](const Network& network) { return network.holds(address); });
}

}  // namespace leadspool

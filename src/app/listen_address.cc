#include "app/listen_address.h"

#include <charconv>
#include <optional>

#include <arpa/inet.h>
#include <sys/socket.h>

namespace leadspool::app {
namespace {

constexpr const char* kForm = "must be an IP address and a port, like \"0.0.0.0:443\" or \"[::1]:8444\"";

bool is_address(int family, const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(family, host.c_str(), bytes) == 1;
}

std::optional<int> parse_port(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port < 0 || port > 65'535) {
    return std::nullopt;
  }
  return port;
}

}  // namespace

std::variant<ListenAddress, std::string> parse_listen_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return kForm;
  std::string host{text.substr(0, colon)};
  const bool bracketed = host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const bool good = bracketed ? is_address(AF_INET6, host) : host == "localhost" || is_address(AF_INET, host);
  if (!good) return std::string("`") + std::string(text) + "` " + kForm;
  const auto port = parse_port(text.substr(colon + 1));
  if (!port)
    return "the port in `" + std::string(text) + "` must be a number from 1 to 65535 (or 0: any free one)";
  return ListenAddress{host, *port};
}

std::string to_string(const ListenAddress& address) {
  const bool is_ipv6 = address.host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace leadspool::app

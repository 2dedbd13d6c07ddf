// Where a listener is bound, as configured: "127.0.0.1:8444", "[::1]:8444", "localhost:8444".
#pragma once

#include <string>
#include <string_view>
#include <variant>

namespace leadspool::app {

struct ListenAddress {
  std::string host;  // an IP address without brackets, or "localhost"
  int port = 0;      // 0: any free one

  bool operator==(const ListenAddress&) const = default;
};

// The address, or what is wrong with the text.
[[nodiscard]] std::variant<ListenAddress, std::string> parse_listen_address(std::string_view text);

// "127.0.0.1:8444" or "[::1]:8444", as it stands in a URL.
[[nodiscard]] std::string to_string(const ListenAddress& address);

}  // namespace leadspool::app

#include "support/notify_socket.h"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/process.h"

namespace leadspool::test {

NotifySocket::NotifySocket(std::string path)
    : path_(std::move(path)), socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path_.copy(address.sun_path, sizeof address.sun_path - 1);
  if (bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(socket_);
    throw std::runtime_error("cannot listen on " + path_);
  }
}

NotifySocket::~NotifySocket() { close(socket_); }

std::optional<std::string> NotifySocket::next(std::chrono::milliseconds longest) const {
  pollfd watched{socket_, POLLIN, 0};
  if (poll(&watched, 1, static_cast<int>(longest.count())) <= 0) return std::nullopt;
  std::array<char, 4'096> text;
  const auto size = recv(socket_, text.data(), text.size(), 0);
  return size < 0 ? std::nullopt : std::optional(std::string(text.data(), static_cast<std::size_t>(size)));
}

void NotifySocket::wait_for(const std::string& line) const {
  wait_until("the service manager is told " + line,
             [&] { return next(std::chrono::milliseconds{50}) == line; });
}

}  // namespace leadspool::test

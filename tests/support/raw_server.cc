#include "support/raw_server.h"

#include <array>
#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace leadspool::test {

RawServer::RawServer(std::function<void(int, int)> script)
    : script_(std::move(script)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(listener_, reinterpret_cast<const sockaddr*>(&address), size);
  listen(listener_, 16);
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { accept_until_stopped(); });
}

RawServer::~RawServer() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

std::string RawServer::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

void RawServer::accept_until_stopped() {
  for (;;) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    script_(socket, connections_++);
    close(socket);
  }
}

std::string RawServer::read_request(int socket) {
  constexpr std::string_view kLength = "Content-Length: ";
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    const auto head_end = text.find("\r\n\r\n");
    if (head_end != std::string::npos) {
      const auto length = text.find(kLength);
      const auto body =
          length == std::string::npos ? 0 : std::strtoul(&text[length + kLength.size()], nullptr, 10);
      if (text.size() >= head_end + 4 + body) return text;
    }
    const auto got = recv(socket, buffer.data(), buffer.size(), 0);
    if (got <= 0) return {};
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

void RawServer::write(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void RawServer::reset(int socket) {
  const linger at_once{1, 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void RawServer::wait_for_end(int socket) {
  std::array<char, 4096> bin;
  while (recv(socket, bin.data(), bin.size(), 0) > 0) {
  }
}

}  // namespace leadspool::test

// A server on a loopback port that behaves as badly as a test wants: for each connection, in turn, it calls a
// script with the connected socket and closes it when the script returns.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace leadspool::test {

class RawServer {
 public:
  // `script` gets the socket and the number of the connection, from 0.
  explicit RawServer(std::function<void(int socket, int number)> script);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url(std::string_view path = "/") const;
  [[nodiscard]] int connections() const { return connections_; }

  // For scripts. A request with its body, by Content-Length; empty when the peer went away.
  static std::string read_request(int socket);
  static void write(int socket, std::string_view bytes);
  // Makes the closing of the socket a reset.
  static void reset(int socket);
  // Returns once the peer has gone.
  static void wait_for_end(int socket);

 private:
  void accept_until_stopped();

  std::function<void(int, int)> script_;
  int listener_;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

}  // namespace leadspool::test

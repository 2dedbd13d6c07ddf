#include "http/server.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "base/wake_signal.h"
#include "http/connection.h"
#include "http/http_connection.h"
#include "http/idle_connections.h"
#include "http/listening_socket.h"
#include "http/thread_pool.h"
#include "http/tls_context.h"

namespace leadspool::http {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kThreadIdleTime{10'000};
// Threads that only say 503, and how many connections may wait for that.
constexpr std::size_t kRefusingThreads = 4;
constexpr std::size_t kMostWaitingForRefusal = 128;
// A request may arrive slowly, but not for ever: this many read_timeouts.
constexpr int kLongestRequestInTimeouts = 6;
// When descriptors run out, accepting would fail at once, over and over.
constexpr milliseconds kPauseWithoutDescriptors{500};

}  // namespace

// One thread accepts; each connection has a thread of its own for as long as it lasts.
class Server::Listener {
 public:
  Listener(ServerOptions options, const Router& router)
      : options_(std::move(options)),
        rules_{.max_body_bytes = options_.max_body_bytes,
               .keep_alive = options_.keep_alive,
               .longest_silence = options_.read_timeout,
               .longest_request = kLongestRequestInTimeouts * options_.read_timeout},
        served_by_{router, rules_, idle_, stopping_, [this] { return is_busy(); }} {}

  ~Listener() { stop(); }

  void start();
  void stop();
  [[nodiscard]] int port() const { return socket_ ? socket_->port() : 0; }

 private:
  void accept_until_stopped();
  void dispatch(int socket);
  [[nodiscard]] bool is_busy() const { return connections_ * 2 >= options_.max_connections; }
  [[nodiscard]] const TlsContext* tls() const { return tls_ ? &*tls_ : nullptr; }

  // Constant while running.
  const ServerOptions options_;
  const ConnectionRules rules_;
  std::optional<TlsContext> tls_;
  std::optional<ListeningSocket> socket_;
  ServedBy served_by_;

  // Any thread.
  IdleConnections idle_;
  WakeSignal stop_signal_;  // stays notified
  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> connections_ = 0;  // being served

  std::optional<ThreadPool> serving_;
  std::optional<ThreadPool> refusing_;
  std::thread accepting_;
};

void Server::Listener::start() {
  CHECK(!accepting_.joinable());
  if (!options_.certificate_file.empty() || !options_.private_key_file.empty()) {
    tls_.emplace(options_.certificate_file, options_.private_key_file);
  }
  socket_.emplace(options_);
  serving_.emplace(options_.max_connections, kThreadIdleTime);
  refusing_.emplace(kRefusingThreads, kThreadIdleTime);
  accepting_ = std::thread([this] { accept_until_stopped(); });
}

void Server::Listener::stop() {
  if (!accepting_.joinable()) return;
  stopping_ = true;
  stop_signal_.notify();
  accepting_.join();
  socket_.reset();
  refusing_.reset();
  serving_.reset();
}

void Server::Listener::accept_until_stopped() {
  std::array<pollfd, 2> watched{pollfd{socket_->fd(), POLLIN, 0}, pollfd{stop_signal_.fd(), POLLIN, 0}};
  while (!stopping_) {
    if (poll(watched.data(), watched.size(), -1) < 0) continue;
    // Taking all that wait saves a poll() each in a burst.
    for (;;) {
      const int socket = accept4(socket_->fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (socket >= 0) {
        dispatch(socket);
        continue;
      }
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        log_warn("connection_not_accepted", {{"reason", std::generic_category().message(errno)}});
        poll(&watched[1], 1, static_cast<int>(kPauseWithoutDescriptors.count()));
      }
      // Anything else is about one connection that is gone already, or there are no more.
      break;
    }
  }
}

void Server::Listener::dispatch(int socket) {
  if (options_.unix_socket.empty()) {
    // Without this, an answer in two pieces waits for the peer's delayed acknowledgement.
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  std::function<void()> serving = [this, socket] {
    Connection connection(socket, tls(), stop_signal_, options_.read_timeout);
    ++connections_;
    serve(connection, served_by_);
    --connections_;
  };
  if (serving_->try_run(serving)) return;
  if (idle_.end_oldest()) {
    serving_->run_later(std::move(serving));
    return;
  }
  std::function<void()> refusing = [this, socket] {
    Connection connection(socket, tls(), stop_signal_, options_.read_timeout);
    refuse(connection);
  };
  if (refusing_->try_run(refusing)) return;
  if (refusing_->waiting() < kMostWaitingForRefusal) {
    refusing_->run_later(std::move(refusing));
    return;
  }
  close(socket);
}

Server::Server(ServerOptions options, const Router& router)
    : listener_(std::make_unique<Listener>(std::move(options), router)) {}

Server::~Server() = default;

void Server::start() { listener_->start(); }

void Server::stop() { listener_->stop(); }

int Server::port() const { return listener_->port(); }

}  // namespace leadspool::http

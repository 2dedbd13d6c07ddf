#include "http/server.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <memory>
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
#include "base/current.h"
#include "base/ip_address.h"
#include "base/log.h"
#include "base/wake_signal.h"
#include "http/connection.h"
#include "http/connection_rules.h"
#include "http/http_connection.h"
#include "http/listening_socket.h"
#include "http/open_connections.h"
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
// What a request that arrives while the server stops has for coming in as a whole.
constexpr milliseconds kStopGrace{2'000};
// When descriptors run out, accepting would fail at once, over and over.
constexpr milliseconds kPauseWithoutDescriptors{500};

ConnectionRules rules_of(const ServerOptions& options) {
  Networks trusted;
  for (const auto& text : options.trusted_proxies) {
    const auto network = Network::parse(text);
    CHECK(network);
    trusted.push_back(*network);
  }
  return {.max_body_bytes = options.max_body_bytes,
          .max_connections = options.max_connections,
          .max_connections_per_address = options.max_connections_per_address,
          .trusted_proxies = std::move(trusted),
          .keep_alive = options.keep_alive,
          .longest_silence = options.read_timeout,
          .longest_request = kLongestRequestInTimeouts * options.read_timeout};
}

// nullopt for plain HTTP. Throws CertificateError.
std::optional<TlsContext> tls_of(const ServerOptions& options) {
  if (options.certificate_file.empty() && options.private_key_file.empty()) return std::nullopt;
  return TlsContext(options.certificate_file, options.private_key_file);
}

}  // namespace

// One thread accepts; each connection has a thread of its own for as long as it lasts.
class Server::Listener {
 public:
  Listener(ServerOptions options, const Router& router)
      : options_(std::move(options)),
        rules_(rules_of(options_)),
        served_by_{router, rules_, open_, stopping_} {}

  ~Listener() { stop(); }

  void start();
  void stop();
  void reconfigure(const ServerOptions& options);
  [[nodiscard]] std::optional<CertificateValidity> certificate() const;
  [[nodiscard]] int port() const { return socket_ ? socket_->port() : 0; }
  [[nodiscard]] std::string address() const { return socket_ ? socket_->address() : ""; }

 private:
  void accept_until_stopped();
  void dispatch(int socket, const std::optional<IpAddress>& peer);
  [[nodiscard]] bool admit(int socket, const std::optional<IpAddress>& peer);
  void refuse_later(int socket);
  [[nodiscard]] Connection connect(int socket) const;

  const ServerOptions options_;  // as at the start
  std::optional<ListeningSocket> socket_;

  // Any thread.
  Current<ConnectionRules> rules_;
  Current<std::optional<TlsContext>> tls_{std::nullopt};
  OpenConnections open_;
  WakeSignal accept_no_more_;  // stays notified
  WakeSignal stop_signal_;     // stays notified
  std::atomic<bool> stopping_ = false;
  const ServedBy served_by_;

  std::optional<ThreadPool> serving_;
  std::optional<ThreadPool> refusing_;
  std::thread accepting_;
};

void Server::Listener::start() {
  CHECK(!accepting_.joinable());
  tls_.set(tls_of(options_));
  socket_.emplace(options_);
  serving_.emplace([this] { return rules_.get()->max_connections; }, kThreadIdleTime);
  refusing_.emplace([] { return kRefusingThreads; }, kThreadIdleTime);
  accepting_ = std::thread([this] { accept_until_stopped(); });
}

void Server::Listener::stop() {
  if (!accepting_.joinable()) return;
  stopping_ = true;
  accept_no_more_.notify();
  accepting_.join();
  // At once, so that nobody connects who would not be served.
  socket_.reset();
  open_.wait_until_none(options_.parting);
  stop_signal_.notify();
  open_.stop(kStopGrace);
  refusing_.reset();
  serving_.reset();
}

void Server::Listener::reconfigure(const ServerOptions& options) {
  auto tls = tls_of(options);
  tls_.set(std::move(tls));
  rules_.set(rules_of(options));
}

std::optional<CertificateValidity> Server::Listener::certificate() const {
  const auto tls = tls_.get();
  if (!*tls) return std::nullopt;
  return (*tls)->validity();
}

void Server::Listener::accept_until_stopped() {
  std::array<pollfd, 2> watched{pollfd{socket_->fd(), POLLIN, 0}, pollfd{accept_no_more_.fd(), POLLIN, 0}};
  while (!stopping_) {
    if (poll(watched.data(), watched.size(), -1) < 0) continue;
    // Taking all that wait saves a poll() each in a burst.
    for (;;) {
      sockaddr_storage from{};
      socklen_t size = sizeof from;
      const int socket =
          accept4(socket_->fd(), reinterpret_cast<sockaddr*>(&from), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (socket >= 0) {
        dispatch(socket, IpAddress::of(from));
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

void Server::Listener::dispatch(int socket, const std::optional<IpAddress>& peer) {
  if (peer) {
    // Without this, an answer in two pieces waits for the peer's delayed acknowledgement.
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  if (!admit(socket, peer)) refuse_later(socket);
}

bool Server::Listener::admit(int socket, const std::optional<IpAddress>& peer) {
  const auto rules = rules_.get();
  std::optional<IpAddress> counted_for;
  if (peer && !holds(rules->trusted_proxies, *peer)) counted_for = peer->site();
  auto room = OpenConnections::Room::free;
  if (counted_for) room = open_.make_room(*counted_for, rules->max_connections_per_address);
  if (room == OpenConnections::Room::none) return false;

  const auto place = std::make_shared<OpenConnections::Place>(open_, socket, counted_for);
  std::function<void()> serving = [this, socket, peer, place] {
    auto connection = connect(socket);
    serve({connection, *place, peer}, served_by_);
  };
  // It gives way to others from the moment it has a thread, and not only once that runs.
  place->set_idle();
  if (serving_->try_run(serving)) return true;
  place->set_busy();
  if (room != OpenConnections::Room::given_up && !open_.end_oldest()) return false;
  serving_->run_later(std::move(serving));
  return true;
}

void Server::Listener::refuse_later(int socket) {
  std::function<void()> refusing = [this, socket] {
    auto connection = connect(socket);
    // Each may take seconds, and many may wait.
    if (!stopping_) refuse(connection);
  };
  if (refusing_->try_run(refusing)) return;
  if (refusing_->waiting() < kMostWaitingForRefusal) {
    refusing_->run_later(std::move(refusing));
    return;
  }
  close(socket);
}

Connection Server::Listener::connect(int socket) const {
  const auto tls = tls_.get();
  return {socket, *tls ? &**tls : nullptr, stop_signal_, rules_.get()->longest_silence};
}

Server::Server(ServerOptions options, const Router& router)
    : listener_(std::make_unique<Listener>(std::move(options), router)) {}

Server::~Server() = default;

void Server::start() { listener_->start(); }

void Server::stop() { listener_->stop(); }

void Server::reconfigure(const ServerOptions& options) { listener_->reconfigure(options); }

std::optional<CertificateValidity> Server::certificate() const { return listener_->certificate(); }

int Server::port() const { return listener_->port(); }

std::string Server::address() const { return listener_->address(); }

}  // namespace leadspool::http

// An HTTP/1.1 server on one listener: TLS, plain, or a Unix socket. A shell around cpp-httplib, which
// nothing outside this folder sees.
//
// Promises: TLS 1.2 (AEAD suites only) and 1.3; bounded bodies (handed on as sent, whatever their
// Content-Encoding), headers and connections, in all and of each address; connections that are idle, or slow
// to say what they want, cannot keep new ones out: of those without a whole request the oldest gives way
// (with 503 if its request has begun and can be answered); a request whose end or whose host could be a
// matter of opinion is refused with 400 and the connection closed (any `Transfer-Encoding` but `chunked`, a
// length beside it, two lengths, none or two `Host`s, line ends other than CR LF, and the like); every answer
// is JSON or what the handler said, also for malformed requests.
//
// Thread-safety: start(), stop() and the destructor from one thread; the router's handlers are called from
// many. Ownership: the router must outlive the server.
// Errors: start() throws BindError or CertificateError, whose text is for the operator.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "http/router.h"

namespace leadspool::http {

struct BindError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct CertificateError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// When clients accept a certificate.
struct CertificateValidity {
  Time from;
  Time until;
};

struct ServerOptions {
  std::string address;      // an IP address or "localhost"; ignored with a Unix socket
  int port = 0;             // 0: any free one, see Server::port()
  std::string unix_socket;  // a path; the file is made 0600, and an old one is replaced

  // A listening TCP socket that another process made and handed down, as a service manager does; -1: none.
  // It takes the place of the address. The server owns this descriptor from start() on, and closes nothing
  // but that: whoever connects after stop() waits in the kernel for the next process with this socket.
  int inherited_socket = -1;
  // How long stop() lets those who are connected say what they were about to: who shakes hands, and who
  // kept a connection for a next request, which it gets answered with `Connection: close`. Worth its time
  // where new connections wait meanwhile for a next process.
  std::chrono::milliseconds parting{0};

  // PEM files; both empty: plain HTTP.
  std::string certificate_file;  // the chain, leaf first
  std::string private_key_file;

  std::size_t max_body_bytes = 256 * 1024;
  // Beyond these a connection gets 503 and is closed.
  std::size_t max_connections = 512;
  // From one address (of IPv6, one /64); those of `trusted_proxies` may have all there are. Beyond, the
  // oldest one of that address that has no whole request gives way, else the new one gets 503.
  std::size_t max_connections_per_address = 128;
  // Addresses or networks ("127.0.0.1", "10.0.0.0/8", "fd00::/8") of proxies in front of us: from them alone
  // `Forwarded` and `X-Forwarded-For` are believed.
  std::vector<std::string> trusted_proxies;
  // How long an idle connection is kept for a next request; one second when half of max_connections are in
  // use.
  std::chrono::seconds keep_alive{5};
  // A peer that sends or takes nothing for so long is cut off; so is one whose request has not arrived as a
  // whole within six times as long.
  std::chrono::seconds read_timeout{10};
};

class Server {
 public:
  Server(ServerOptions options, const Router& router);
  // Stops.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and begins to answer; returns once connections are accepted.
  void start();

  // Accepts no more, lets requests in progress finish, and returns when none is left. After `parting` idle
  // connections end, and within two seconds more whatever has not sent a request as a whole.
  void stop();

  // Takes on the limits, proxies and certificate of `options`; the address stays what it is. Requests in
  // progress end as they began, and no connection is cut. A new certificate is built and checked first: when
  // that throws CertificateError, everything stays as it was. Any thread, after start().
  void reconfigure(const ServerOptions& options);

  // When clients accept the certificate being served; nullopt for plain HTTP. Any thread, after start().
  [[nodiscard]] std::optional<CertificateValidity> certificate() const;

  // The port bound, after start(); 0 for a Unix socket.
  [[nodiscard]] int port() const;
  // The IP address bound, after start(); empty for a Unix socket.
  [[nodiscard]] std::string address() const;

 private:
  class Listener;
  std::unique_ptr<Listener> listener_;
};

// Whether `address` (of ServerOptions) can be reached from this machine only.
[[nodiscard]] bool is_loopback(std::string_view address);

}  // namespace leadspool::http

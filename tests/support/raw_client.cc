#include "support/raw_client.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace leadspool::test {

namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

template <typename Address>
int connected(int family, const Address& address, const Address* from = nullptr) {
  const int made = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (from != nullptr && bind(made, reinterpret_cast<const sockaddr*>(from), sizeof *from) != 0) {
    close(made);
    throw std::runtime_error(std::string("bind: ") + std::strerror(errno));
  }
  const timeval minute{60, 0};
  setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &minute, sizeof minute);
  setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &minute, sizeof minute);
  if (connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(made);
    throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
  }
  return made;
}

std::size_t content_length(const std::string& head) {
  constexpr std::string_view kName = "Content-Length: ";
  const auto found = head.find(kName);
  return found == std::string::npos ? 0 : std::strtoul(&head[found + kName.size()], nullptr, 10);
}

}  // namespace

void RawClient::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void RawClient::Free::operator()(ssl_st* session) const { SSL_free(session); }

RawClient::RawClient(int socket) : socket_(socket) {}

RawClient::RawClient(RawClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      context_(std::move(other.context_)),
      session_(std::move(other.session_)),
      handshake_done_(other.handshake_done_),
      received_(std::move(other.received_)) {}

RawClient::~RawClient() {
  if (socket_ >= 0) close(socket_);
}

RawClient RawClient::tcp(int port, const std::string& from) {
  auto source = loopback(0);
  if (!from.empty() && inet_pton(AF_INET, from.c_str(), &source.sin_addr) != 1) {
    throw std::runtime_error("not an IPv4 address: " + from);
  }
  return RawClient(connected(AF_INET, loopback(port), from.empty() ? nullptr : &source));
}

RawClient RawClient::unix_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return RawClient(connected(AF_UNIX, address));
}

RawClient RawClient::tls(int port, const Tls& tls) {
  auto client = tcp(port);
  // A large body is several TLS records, the last of which would wait for an acknowledgement.
  const int on = 1;
  setsockopt(client.socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  client.context_.reset(SSL_CTX_new(TLS_client_method()));
  auto* context = client.context_.get();
  // Debian's default forbids TLS 1.1 already on our side; the server shall be the one that refuses.
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
  if (tls.highest_version != 0) SSL_CTX_set_max_proto_version(context, tls.highest_version);
  if (!tls.tls12_ciphers.empty() && SSL_CTX_set_cipher_list(context, tls.tls12_ciphers.c_str()) != 1) {
    throw std::runtime_error("unknown cipher");
  }
  client.session_.reset(SSL_new(context));
  SSL_set_fd(client.session_.get(), client.socket_);
  client.handshake_done_ = SSL_connect(client.session_.get()) == 1;
  return client;
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = session_ ? SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size()))
                               : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawClient::read_more() {
  std::array<char, 16 * 1024> buffer;
  errno = 0;
  const auto got = session_ ? SSL_read(session_.get(), buffer.data(), static_cast<int>(buffer.size()))
                            : recv(socket_, buffer.data(), buffer.size(), 0);
  timed_out_ = got < 0 && errno == EAGAIN;
  cut_ = got < 0 && errno == ECONNRESET;
  if (got <= 0) return false;
  received_.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

RawAnswer RawClient::read_answer() {
  std::size_t head_size = 0;
  while ((head_size = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!read_more()) return {};
  }
  head_size += 4;
  RawAnswer answer{.head = received_.substr(0, head_size)};
  answer.status = std::atoi(answer.head.c_str() + std::strlen("HTTP/1.1 "));
  const auto length = content_length(answer.head);
  while (received_.size() < head_size + length) {
    if (!read_more()) return {};
  }
  answer.body = received_.substr(head_size, length);
  received_.erase(0, head_size + length);
  return answer;
}

std::string RawClient::read_to_end() {
  while (read_more()) continue;
  return std::exchange(received_, {});
}

std::string RawClient::certificate() const {
  const std::unique_ptr<X509, decltype(&X509_free)> shown(
      session_ ? SSL_get1_peer_certificate(session_.get()) : nullptr, X509_free);
  if (!shown) return "";
  std::string der(static_cast<std::size_t>(i2d_X509(shown.get(), nullptr)), '\0');
  auto* into = reinterpret_cast<unsigned char*>(der.data());
  i2d_X509(shown.get(), &into);
  return der;
}

void RawClient::end_sending() { shutdown(socket_, SHUT_WR); }

bool RawClient::is_ended() { return received_.empty() && !read_more() && !timed_out_; }

}  // namespace leadspool::test

#include "http/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/head.h"

namespace leadspool::http {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestLinger{2'000};
// A peer that takes an answer slowly takes it in so many silences all the same.
constexpr int kLongestWriteInSilences = 6;
constexpr std::size_t kMostLingerBytes = 16 * 1024 * 1024;

int poll_ms(milliseconds span) {
  return static_cast<int>(std::clamp(span, milliseconds{0}, milliseconds{3'600'000}).count());
}

int size_for_openssl(std::size_t size) { return static_cast<int>(std::min(size, std::size_t{1} << 30)); }

}  // namespace

void Connection::FreeSession::operator()(ssl_st* session) const { SSL_free(session); }

Connection::Connection(int socket, const TlsContext* tls, const WakeSignal& stop,
                       milliseconds longest_silence)
    : socket_(socket), stop_(stop), longest_silence_(longest_silence), buffer_(new char[kMaxHeadBytes]) {
  if (tls == nullptr) return;
  session_.reset(SSL_new(tls->get()));
  if (session_) SSL_set_fd(session_.get(), socket_);
  closed_ = !session_;
}

Connection::~Connection() {
  session_.reset();
  ::close(socket_);
}

bool Connection::handshake(milliseconds longest) {
  if (closed_) return false;
  if (!session_ || established_) return true;
  set_read_limit(longest);
  for (;;) {
    ERR_clear_error();
    const int result = SSL_accept(session_.get());
    if (result == 1) break;
    plain_http_ = ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
    if (!wait_for_tls(result)) {
      // The peer would not understand a TLS alert either.
      if (plain_http_) session_.reset();
      return false;
    }
  }
  established_ = true;
  return true;
}

Connection::Wait Connection::wait_readable(milliseconds longest) const {
  if (has_buffered() || (session_ && SSL_has_pending(session_.get()) == 1)) return Wait::readable;
  std::array<pollfd, 2> watched{pollfd{socket_, POLLIN, 0}, pollfd{stop_.fd(), POLLIN, 0}};
  int ready = 0;
  do {
    ready = poll(watched.data(), watched.size(), poll_ms(longest));
  } while (ready < 0 && errno == EINTR);
  if (watched[0].revents != 0) return Wait::readable;
  return watched[1].revents != 0 ? Wait::stopped : Wait::timed_out;
}

void Connection::set_read_limit(milliseconds longest) {
  read_limit_ = clock_.steady_now() + longest;
  timed_out_ = false;
}

std::optional<std::string_view> Connection::read_head(std::size_t max_bytes) {
  constexpr std::string_view kHeadEnd = "\r\n\r\n";
  std::size_t searched = 0;
  std::size_t skipped = 0;
  for (;;) {
    // Empty lines before a request are to be skipped (RFC 9112, 2.2), but nobody needs as many as a head is
    // long.
    while (searched == 0 && end_ - begin_ >= 2 && std::string_view(&buffer_[begin_], 2) == "\r\n") {
      begin_ += 2;
      skipped += 2;
    }
    if (skipped >= max_bytes) return std::nullopt;

    const std::string_view seen(&buffer_[begin_], end_ - begin_);
    const auto found = seen.find(kHeadEnd, searched);
    if (found != std::string_view::npos && found + kHeadEnd.size() <= max_bytes) {
      begin_ += found + kHeadEnd.size();
      return seen.substr(0, found + kHeadEnd.size());
    }
    if (seen.size() >= max_bytes) return std::nullopt;
    searched = seen.size() < kHeadEnd.size() ? 0 : seen.size() - kHeadEnd.size() + 1;

    std::memmove(buffer_.get(), seen.data(), seen.size());
    begin_ = 0;
    end_ = seen.size();
    const auto got = receive(&buffer_[end_], max_bytes - end_);
    if (got == 0) return std::string_view{};
    end_ += got;
  }
}

std::size_t Connection::read(char* into, std::size_t size) {
  if (!has_buffered()) {
    if (size >= kMaxHeadBytes) return receive(into, size);
    begin_ = 0;
    end_ = receive(buffer_.get(), kMaxHeadBytes);
  }
  const auto taken = std::min(size, end_ - begin_);
  std::memcpy(into, &buffer_[begin_], taken);
  begin_ += taken;
  return taken;
}

std::size_t Connection::receive(char* into, std::size_t size) {
  while (!closed_) {
    if (session_) {
      ERR_clear_error();
      const int got = SSL_read(session_.get(), into, size_for_openssl(size));
      if (got > 0) return static_cast<std::size_t>(got);
      if (!wait_for_tls(got)) return 0;
    } else {
      const auto got = recv(socket_, into, size, 0);
      if (got > 0) return static_cast<std::size_t>(got);
      if (got == 0 || (errno != EAGAIN && errno != EINTR)) return 0;
      if (errno == EAGAIN && !wait(POLLIN)) return 0;
    }
  }
  return 0;
}

bool Connection::write(std::string_view bytes) {
  write_limit_ = clock_.steady_now() + kLongestWriteInSilences * longest_silence_;
  while (!bytes.empty() && !closed_) {
    if (!write_some(bytes)) return false;
  }
  return bytes.empty();
}

// Takes what was written off `bytes`, or waits until something can be.
bool Connection::write_some(std::string_view& bytes) {
  if (session_) {
    ERR_clear_error();
    const int sent = SSL_write(session_.get(), bytes.data(), size_for_openssl(bytes.size()));
    if (sent <= 0) return wait_for_tls(sent);
    bytes.remove_prefix(static_cast<std::size_t>(sent));
    return true;
  }
  const auto sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent < 0) return errno == EINTR || (errno == EAGAIN && wait(POLLOUT));
  bytes.remove_prefix(static_cast<std::size_t>(sent));
  return true;
}

bool Connection::peer_hung_up() const {
  pollfd watched{socket_, POLLRDHUP, 0};
  return poll(&watched, 1, 0) > 0;
}

void Connection::on_write_waits(std::function<bool()> begin, std::function<void()> end) {
  begin_write_wait_ = std::move(begin);
  end_write_wait_ = std::move(end);
}

// What OpenSSL asked for has happened; false when it asked for nothing that can be waited for.
bool Connection::wait_for_tls(int result) {
  switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return wait(POLLIN);
    case SSL_ERROR_WANT_WRITE:
      return wait(POLLOUT);
    case SSL_ERROR_ZERO_RETURN:
      return false;
    default:
      // After such an error OpenSSL forbids all further use, the goodbye included.
      established_ = false;
      return false;
  }
}

bool Connection::wait(short events) {
  // A handshake is not worth finishing when the server stops; a request that has begun is.
  const bool in_handshake = session_ && !established_;
  if (events == POLLIN || in_handshake || !begin_write_wait_) return poll_for(events, in_handshake);
  const bool ready = begin_write_wait_() && poll_for(events, in_handshake);
  end_write_wait_();
  return ready;
}

bool Connection::poll_for(short events, bool or_stop) {
  const auto left = (events == POLLIN ? read_limit_ : write_limit_) - clock_.steady_now();
  std::array<pollfd, 2> watched{pollfd{socket_, events, 0}, pollfd{stop_.fd(), POLLIN, 0}};
  const int ready =
      poll(watched.data(), or_stop ? 2 : 1, poll_ms(std::min<milliseconds>(left, longest_silence_)));
  if (ready < 0) return errno == EINTR;
  timed_out_ = ready == 0;
  return watched[0].revents != 0;
}

void Connection::close(bool linger) {
  if (closed_) return;
  closed_ = true;
  if (session_ && established_) {
    ERR_clear_error();
    SSL_shutdown(session_.get());
  }
  if (!linger) return;
  shutdown(socket_, SHUT_WR);
  discard_rest();
}

// Closing with unread bytes would reset the connection, and the reset can overtake our answer.
void Connection::discard_rest() const {
  std::array<char, 16 * 1024> bin;
  const auto limit = clock_.steady_now() + kLongestLinger;
  for (std::size_t discarded = 0; discarded < kMostLingerBytes;) {
    const auto got = recv(socket_, bin.data(), bin.size(), 0);
    if (got > 0) {
      discarded += static_cast<std::size_t>(got);
      continue;
    }
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) return;
    pollfd watched{socket_, POLLIN, 0};
    if (poll(&watched, 1, poll_ms(limit - clock_.steady_now())) <= 0) return;
  }
}

void Connection::cut() {
  closed_ = true;
  const linger at_once{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace leadspool::http

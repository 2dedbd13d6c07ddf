#define CPPHTTPLIB_OPENSSL_SUPPORT
#include "http/http_connection.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <httplib.h>

#include "base/log.h"
#include "http/chunked_body.h"
#include "http/head.h"
#include "http/refusals.h"

#if defined(CPPHTTPLIB_ZLIB_SUPPORT) || defined(CPPHTTPLIB_BROTLI_SUPPORT) || defined(CPPHTTPLIB_ZSTD_SUPPORT)
#error "cpp-httplib is to neither pack answers nor unpack bodies; nothing here bounds what that would cost"
#endif

namespace leadspool::http {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBusyKeepAlive{1'000};
constexpr milliseconds kLongestRefusal{2'000};

void report(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& known) {
    log_error("request_failed", {{"reason", known.what()}, {"consequence", "answered 500"}});
  } catch (...) {
    log_error("request_failed", {{"reason", "unknown exception"}, {"consequence", "answered 500"}});
  }
}

std::string remote_address_of(int socket) {
  std::string address;
  int port = 0;
  httplib::detail::get_remote_ip_and_port(socket, address, port);
  // An IPv4 peer of a listener on "::".
  constexpr std::string_view kMapped = "::ffff:";
  if (address.starts_with(kMapped)) address.erase(0, kMapped.size());
  return address;
}

// For answers to what never got as far as cpp-httplib.
void write_and_end(Connection& connection, const Error& error) {
  const auto response = to_response(error);
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " " +
                     httplib::status_message(response.status) + "\r\nContent-Type: application/json\r\n";
  for (const auto& [name, value] : response.headers) text += name + ": " + value + "\r\n";
  text += "Content-Length: " + std::to_string(response.body.size()) + "\r\nConnection: close\r\n\r\n";
  static_cast<void>(connection.write(text + response.body));
}

// "http://host/path" as a request target names the same as "/path" (RFC 9112, 3.2.2).
std::string strip_origin(std::string path) {
  const auto scheme_end = path.find("://");
  if (path.starts_with('/') || scheme_end == std::string::npos) return path;
  const auto slash = path.find('/', scheme_end + 3);
  return slash == std::string::npos ? "/" : path.substr(slash);
}

// Lets cpp-httplib read the request line and write the answer of one request at a time. What it reads is the
// line alone, without headers: all that depends on headers (where the body ends, above all) is decided in
// head.h, more strictly than it would.
class Exchange final : public httplib::Server, private httplib::Stream {
 public:
  Exchange(Connection& connection, const ServedBy& by)
      : connection_(connection), by_(by), remote_address_(remote_address_of(connection.socket())) {
    set_pre_routing_handler([this](const auto&, auto& answer) {
      respond(answer);
      return HandlerResponse::Handled;
    });
    set_error_handler([this](const auto&, auto& answer) { return describe_refusal(answer); });
    set_post_routing_handler([this](const auto&, auto& answer) { set_connection_header(answer); });
    set_exception_handler([this](const auto&, auto& answer, const std::exception_ptr& failure) {
      report(failure);
      responded_ = false;
      answer.status = 500;
    });
  }

  // Answers one request; false when it was the last of its connection. Leaves `place` once the request is in
  // as a whole, and not before.
  bool run(IdleConnections::Place& place);

  // Whether the peer may still be sending what we do not want.
  [[nodiscard]] bool left_unread() const { return left_unread_; }

 private:
  void respond(httplib::Response& answer);
  httplib::Server::HandlerResponse describe_refusal(httplib::Response& answer);
  void set_connection_header(httplib::Response& answer);
  Request take_request();
  std::optional<Error> read_body(Request& request);
  std::optional<Error> read_chunked(std::string& body);
  [[nodiscard]] Error body_cut_short() const;
  void give(Response response, httplib::Response& answer);

  // httplib::Stream: the request line, and nothing after it.
  ssize_t read(char* into, std::size_t size) override;
  ssize_t write(const char* bytes, std::size_t size) override {
    if (dropped_) return -1;
    return connection_.write({bytes, size}) ? static_cast<ssize_t>(size) : -1;
  }
  bool is_readable() const override { return connection_.has_buffered(); }
  bool wait_readable() const override { return true; }
  bool wait_writable() const override { return true; }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return connection_.socket(); }
  time_t duration() const override { return 0; }

  Connection& connection_;
  const ServedBy& by_;
  const std::string remote_address_;
  bool left_unread_ = false;

  // Of the request at hand.
  IdleConnections::Place* place_ = nullptr;
  Head head_;
  std::string line_;  // what is left of the request line for cpp-httplib to read
  std::size_t line_read_ = 0;
  httplib::Request* parsed_ = nullptr;
  bool responded_ = false;  // by us, not by cpp-httplib for itself
  bool last_ = false;
  bool dropped_ = false;
};

bool Exchange::run(IdleConnections::Place& place) {
  place_ = &place;
  connection_.set_read_limit(by_.rules.longest_request);
  const auto text = connection_.read_head(kMaxHeadBytes);
  if (!text) {
    left_unread_ = true;
    write_and_end(connection_, head_too_large());
    return false;
  }
  if (text->empty()) {
    if (connection_.timed_out()) {
      write_and_end(connection_, request_timed_out());
    } else if (connection_.has_buffered() && place.asked_to_end()) {
      left_unread_ = true;
      write_and_end(connection_, overloaded());
    }
    return false;
  }
  left_unread_ = true;
  auto head = parse_head(*text);
  if (auto* error = std::get_if<Error>(&head)) {
    write_and_end(connection_, *error);
    return false;
  }
  head_ = std::move(std::get<Head>(head));
  last_ = head_.wants_close || head_.request_line.ends_with("HTTP/1.0");
  line_ = std::move(head_.request_line) + "\r\n\r\n";
  line_read_ = 0;
  responded_ = dropped_ = false;

  bool ended = false;
  const bool answered = process_request(*this, remote_address_, 0, "", 0, false, ended,
                                        [this](httplib::Request& request) { parsed_ = &request; });
  if (dropped_) connection_.cut();
  return answered && !ended && !last_ && !dropped_;
}

ssize_t Exchange::read(char* into, std::size_t size) {
  const auto taken = line_.copy(into, size, line_read_);
  line_read_ += taken;
  return static_cast<ssize_t>(taken);
}

void Exchange::respond(httplib::Response& answer) {
  responded_ = true;
  auto request = take_request();
  if (const auto error = read_body(request)) {
    last_ = true;
    give(to_response(*error), answer);
    return;
  }
  place_->leave();
  // The thread is promised to another connection.
  last_ = last_ || place_->asked_to_end();
  left_unread_ = false;
  auto response = by_.router.handle(request);
  dropped_ = response.drop_connection;
  give(std::move(response), answer);
}

Request Exchange::take_request() {
  Request request;
  request.method = parsed_->method;
  request.path = strip_origin(std::move(parsed_->path));
  request.query.reserve(parsed_->params.size());
  while (!parsed_->params.empty()) {
    auto parameter = parsed_->params.extract(parsed_->params.begin());
    request.query.emplace_back(std::move(parameter.key()), std::move(parameter.mapped()));
  }
  request.headers = std::move(head_.headers);
  request.remote_address = remote_address_;
  return request;
}

std::optional<Error> Exchange::read_body(Request& request) {
  // Whatever comes of it, cpp-httplib shall not look for a body of its own accord.
  parsed_->body_consumed_ = true;
  const auto length = head_.content_length.value_or(0);
  if (length == 0 && !head_.chunked) return std::nullopt;
  if (length > by_.rules.max_body_bytes) return body_too_large(by_.rules.max_body_bytes);
  if (head_.expects_continue && !connection_.write("HTTP/1.1 100 Continue\r\n\r\n")) return body_cut_short();
  if (head_.chunked) return read_chunked(request.body);

  auto& body = request.body;
  body.resize(length);
  for (std::size_t got = 0; got < length;) {
    const auto taken = connection_.read(&body[got], length - got);
    if (taken == 0) return body_cut_short();
    got += taken;
  }
  return std::nullopt;
}

std::optional<Error> Exchange::read_chunked(std::string& body) {
  const auto read = [this](char* into, std::size_t size) { return connection_.read(into, size); };
  switch (read_chunked_body(read, by_.rules.max_body_bytes, body)) {
    case ChunkedBody::complete:
      return std::nullopt;
    case ChunkedBody::cut_short:
      return body_cut_short();
    case ChunkedBody::malformed:
      return body_malformed();
    case ChunkedBody::too_large:
      return body_too_large(by_.rules.max_body_bytes);
  }
  return body_malformed();
}

// The peer must not take our own doing for its own fault: it would not send that lead again.
Error Exchange::body_cut_short() const {
  if (place_->asked_to_end()) return overloaded();
  return connection_.timed_out() ? request_timed_out() : body_malformed();
}

void Exchange::give(Response response, httplib::Response& answer) {
  answer.status = response.status;
  for (const auto& [name, value] : response.headers) answer.set_header(name, value);
  if (!response.body.empty()) answer.set_header("Content-Type", response.content_type);
  answer.body = std::move(response.body);
}

httplib::Server::HandlerResponse Exchange::describe_refusal(httplib::Response& answer) {
  if (responded_) return HandlerResponse::Unhandled;
  last_ = true;
  give(to_response(request_line_refused(answer.status)), answer);
  return HandlerResponse::Handled;
}

// cpp-httplib closes after every error; we need not after one that the router gave.
void Exchange::set_connection_header(httplib::Response& answer) {
  last_ = last_ || by_.stopping;
  answer.headers.erase("Connection");
  answer.headers.erase("Keep-Alive");
  answer.headers.erase("Accept-Ranges");
  if (last_) answer.set_header("Connection", "close");
}

// Whether another request begins before the connection has been idle for too long.
bool wait_for_next(Connection& connection, const ServedBy& by) {
  constexpr milliseconds kStep{1'000};
  auto result = Connection::Wait::timed_out;
  milliseconds waited{0};
  while (result == Connection::Wait::timed_out) {
    const auto longest = by.is_busy() ? std::min(kBusyKeepAlive, by.rules.keep_alive) : by.rules.keep_alive;
    if (waited >= longest) break;
    const auto step = std::min(kStep, longest - waited);
    result = connection.wait_readable(step);
    waited += step;
  }
  return result == Connection::Wait::readable;
}

// Through the handshake and up to the first byte of a request; false when it does not come.
bool wait_for_first(Connection& connection, milliseconds longest) {
  return connection.handshake(longest) && connection.wait_readable(longest) == Connection::Wait::readable;
}

// Throws when memory runs out, and for nothing else.
void serve_requests(Connection& connection, const ServedBy& by) {
  // Kept beyond the last request unless that was handled, so that closing can be cut short, too.
  std::optional<IdleConnections::Place> place(std::in_place, by.idle, connection.socket());
  if (!wait_for_first(connection, by.rules.longest_silence)) {
    if (connection.peer_speaks_plain_http()) write_and_end(connection, tls_needed());
    connection.close(connection.peer_speaks_plain_http());
    return;
  }
  Exchange exchange(connection, by);
  while (exchange.run(*place)) {
    place.emplace(by.idle, connection.socket());
    if (!wait_for_next(connection, by)) break;
  }
  connection.close(exchange.left_unread());
}

}  // namespace

void serve(Connection& connection, const ServedBy& by) noexcept {
  try {
    serve_requests(connection, by);
  } catch (const std::exception& failure) {
    log_error("connection_failed", {{"reason", failure.what()}, {"consequence", "connection closed"}});
  }
}

void refuse(Connection& connection) noexcept {
  try {
    if (!connection.handshake(kLongestRefusal)) return;
    // Answering before the request is in would reset the connection and lose the answer.
    connection.set_read_limit(kLongestRefusal);
    if (connection.read_head(kMaxHeadBytes) == std::string_view{}) return;
    write_and_end(connection, overloaded());
    connection.close(true);
  } catch (const std::exception& failure) {
    log_error("connection_failed", {{"reason", failure.what()}, {"consequence", "connection closed"}});
  }
}

}  // namespace leadspool::http

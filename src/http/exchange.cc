#define CPPHTTPLIB_OPENSSL_SUPPORT
#include "http/exchange.h"

#include <optional>
#include <string>
#include <utility>

#include <httplib.h>

#include "base/log.h"
#include "http/forwarded.h"
#include "http/head.h"
#include "http/refusals.h"
#include "http/request_body.h"
#include "http/streamed_body.h"

#if defined(CPPHTTPLIB_ZLIB_SUPPORT) || defined(CPPHTTPLIB_BROTLI_SUPPORT) || defined(CPPHTTPLIB_ZSTD_SUPPORT)
#error "cpp-httplib is to neither pack answers nor unpack bodies; nothing here bounds what that would cost"
#endif

namespace leadspool::http {

namespace {

void report(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& known) {
    log_error("request_failed", {{"reason", known.what()}, {"consequence", "answered 500"}});
  } catch (...) {
    log_error("request_failed", {{"reason", "unknown exception"}, {"consequence", "answered 500"}});
  }
}

// "http://host/path" as a request target names the same as "/path" (RFC 9112, 3.2.2).
std::string strip_origin(std::string path) {
  const auto scheme_end = path.find("://");
  if (path.starts_with('/') || scheme_end == std::string::npos) return path;
  const auto slash = path.find('/', scheme_end + 3);
  return slash == std::string::npos ? "/" : path.substr(slash);
}

}  // namespace

// Lets cpp-httplib read the request line and write the answer. What it reads is the line alone, without
// headers: all that depends on headers (where the body ends, above all) is decided in head.h, more strictly
// than it would.
class Exchange::Conversation final : public httplib::Server, private httplib::Stream {
 public:
  Conversation(const Accepted& accepted, const ServedBy& by)
      : connection_(accepted.connection), place_(accepted.place), peer_(accepted.peer), by_(by) {
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

  bool run();
  [[nodiscard]] bool left_unread() const { return left_unread_; }

 private:
  [[nodiscard]] std::optional<Head> read_head();
  void respond(httplib::Response& answer);
  httplib::Server::HandlerResponse describe_refusal(httplib::Response& answer);
  void set_connection_header(httplib::Response& answer);
  [[nodiscard]] bool write_parts();
  Request take_request();
  [[nodiscard]] std::string remote_address(const std::vector<Header>& headers) const;
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
  socket_t socket() const override { return INVALID_SOCKET; }
  time_t duration() const override { return 0; }

  Connection& connection_;
  OpenConnections::Place& place_;
  const std::optional<IpAddress>& peer_;
  const ServedBy& by_;
  bool left_unread_ = false;

  // Of the request at hand.
  std::shared_ptr<const ConnectionRules> rules_;
  Head head_;
  std::string line_;  // what is left of the request line for cpp-httplib to read
  std::size_t line_read_ = 0;
  httplib::Request* parsed_ = nullptr;
  bool responded_ = false;  // by us, not by cpp-httplib for itself
  bool last_ = false;
  bool dropped_ = false;
  bool streamed_ = false;
  NextPart next_part_;  // of a streamed answer that is to be written
};

bool Exchange::Conversation::run() {
  rules_ = by_.rules.get();
  connection_.set_longest_silence(rules_->longest_silence);
  connection_.set_read_limit(rules_->longest_request);
  auto head = read_head();
  if (!head) return false;
  head_ = std::move(*head);
  last_ = head_.wants_close || head_.http_1_0;
  line_ = std::move(head_.request_line) + "\r\n\r\n";
  line_read_ = 0;
  responded_ = dropped_ = streamed_ = false;

  bool ended = false;
  const bool answered = process_request(*this, "", 0, "", 0, false, ended,
                                        [this](httplib::Request& request) { parsed_ = &request; });
  if (dropped_) connection_.cut();
  return answered && !dropped_ && write_parts() && !ended && !last_;
}

// What follows the head of a streamed answer. Cut off is whoever does not get all of it: an end like any
// other would make a part of it pass for the whole.
bool Exchange::Conversation::write_parts() {
  const auto next_part = std::exchange(next_part_, nullptr);
  if (!next_part) return true;
  const auto framing = head_.http_1_0 ? Framing::until_close : Framing::chunked;
  const bool written = write_streamed_body(connection_, framing, next_part, by_.stopping);
  if (!written) connection_.cut();
  return written;
}

// nullopt when there was none, or it was refused.
std::optional<Head> Exchange::Conversation::read_head() {
  const auto text = connection_.read_head(kMaxHeadBytes);
  if (!text) {
    left_unread_ = true;
    write_refusal(connection_, head_too_large());
    return std::nullopt;
  }
  if (text->empty()) {
    if (connection_.timed_out()) {
      write_refusal(connection_, request_timed_out());
    } else if (connection_.has_buffered() && place_.asked_to_end()) {
      left_unread_ = true;
      write_refusal(connection_, overloaded());
    }
    return std::nullopt;
  }
  left_unread_ = true;
  auto head = parse_head(*text);
  if (const auto* error = std::get_if<Error>(&head)) {
    write_refusal(connection_, *error);
    return std::nullopt;
  }
  return std::move(std::get<Head>(head));
}

ssize_t Exchange::Conversation::read(char* into, std::size_t size) {
  const auto taken = line_.copy(into, size, line_read_);
  line_read_ += taken;
  return static_cast<ssize_t>(taken);
}

void Exchange::Conversation::respond(httplib::Response& answer) {
  responded_ = true;
  auto request = take_request();
  // Whatever comes of the body, cpp-httplib shall not look for one of its own accord.
  parsed_->body_consumed_ = true;
  if (const auto error = read_body(connection_, place_, head_, rules_->max_body_bytes, request.body)) {
    last_ = true;
    give(to_response(*error), answer);
    return;
  }
  place_.set_busy();
  left_unread_ = false;
  auto response = by_.router.handle(request);
  // An answer given early would spare whoever opens many connections the delay.
  const bool delayed = response.delay > response.delay.zero();
  if (delayed && !place_.idle_for(response.delay)) response = to_response(overloaded());
  // Once it was asked to end, its thread is promised to another connection.
  last_ = last_ || place_.asked_to_end();
  dropped_ = response.drop_connection;
  give(std::move(response), answer);
}

Request Exchange::Conversation::take_request() {
  Request request;
  request.method = parsed_->method;
  request.path = strip_origin(std::move(parsed_->path));
  request.query.reserve(parsed_->params.size());
  while (!parsed_->params.empty()) {
    auto parameter = parsed_->params.extract(parsed_->params.begin());
    request.query.emplace_back(std::move(parameter.key()), std::move(parameter.mapped()));
  }
  request.remote_address = remote_address(head_.headers);
  request.headers = std::move(head_.headers);
  return request;
}

std::string Exchange::Conversation::remote_address(const std::vector<Header>& headers) const {
  return peer_ ? client_address(*peer_, headers, rules_->trusted_proxies).to_string() : "";
}

void Exchange::Conversation::give(Response response, httplib::Response& answer) {
  answer.status = response.status;
  for (const auto& [name, value] : response.headers) answer.set_header(name, value);
  streamed_ = response.next_part != nullptr;
  if (streamed_ || !response.body.empty()) answer.set_header("Content-Type", response.content_type);
  answer.body = std::move(response.body);
  if (streamed_ && !head_.http_1_0) answer.set_header("Transfer-Encoding", "chunked");
  if (streamed_ && parsed_->method != "HEAD") next_part_ = std::move(response.next_part);
}

httplib::Server::HandlerResponse Exchange::Conversation::describe_refusal(httplib::Response& answer) {
  if (responded_) return HandlerResponse::Unhandled;
  last_ = true;
  give(to_response(request_line_refused(answer.status)), answer);
  return HandlerResponse::Handled;
}

// cpp-httplib closes after every error; we need not after one that the router gave.
void Exchange::Conversation::set_connection_header(httplib::Response& answer) {
  last_ = last_ || by_.stopping;
  answer.headers.erase("Connection");
  answer.headers.erase("Keep-Alive");
  answer.headers.erase("Accept-Ranges");
  if (streamed_) answer.headers.erase("Content-Length");
  if (last_) answer.set_header("Connection", "close");
}

Exchange::Exchange(const Accepted& accepted, const ServedBy& by)
    : conversation_(std::make_unique<Conversation>(accepted, by)) {}

Exchange::~Exchange() = default;

bool Exchange::run() { return conversation_->run(); }

bool Exchange::left_unread() const { return conversation_->left_unread(); }

}  // namespace leadspool::http

// Sending requests from one thread, any number in flight. The seam: CurlClient sends (curl_client.h), a
// scripted one answers in tests.
//
// Thread-safety: none; one thread owns a client, and callbacks come on it, from inside run().
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/secret.h"
#include "base/task.h"
#include "http/message.h"

namespace leadspool::http {

// Of a request that is a mail. Its `url` is smtps://, or smtp:// with STARTTLS (without it only to a loopback
// address); its `body` the mail as mail.h writes it, empty to log in only; its answer has the server's last
// code as status, and the words after it as body. Method and headers are not used. Its time for connecting
// includes the greeting and the login.
struct MailEnvelope {
  std::string from;
  std::vector<std::string> to;
  std::string user;  // empty: the server asks for none
  Secret password;
  bool starttls = true;  // with smtp://; false is taken for a loopback address only
};

struct ClientRequest {
  std::string method = "POST";
  std::string url;  // https, or http to a loopback address; anything else fails as `bad_url`
  std::vector<Header> headers;
  std::string body;
  bool chunked = false;                              // the body is sent with "Transfer-Encoding: chunked"
  std::chrono::milliseconds connect_timeout{5'000};  // DNS, TCP and TLS together
  std::chrono::milliseconds total_timeout{30'000};
  std::size_t max_answer_bytes = 20 * 1024;  // the rest is not read
  // Set: is given the body of a 2xx piece by piece, as it comes, from inside run(); false: that was enough.
  // Such an answer may be of any length and take any time: `total_timeout` is how long nothing of it may
  // come.
  std::function<bool(std::string_view piece)> take_part;
  std::string unix_socket;           // a path; empty: TCP
  std::string ca_file;               // a PEM bundle to trust instead of the system's; empty: the system's
  std::optional<MailEnvelope> mail;  // set: it is one
};

// What a mail server can say no to. Of all that comes before `mail` the mail itself is no reason: the server
// has not seen it.
enum class MailStep { greeting, login, sender, recipients, mail };

struct RefusedRecipient {
  std::string address;
  int status = 0;
  std::string words;
};

// An answer whose status line arrived, even if its body was cut off or too long. Redirects are answers.
struct ClientAnswer {
  int status = 0;
  std::vector<Header> headers;
  std::string body;      // empty where ClientRequest::take_part was given it
  bool complete = true;  // false: the body is only a beginning
  // Of an answer that is not complete, unless it is longer than was wanted: "the end of the answer did not
  // come in the 30 s allowed for all of it".
  std::string incomplete_because;
  // Of a mail: what the server said no to; none: it has the mail. Looked at before the status, which is not a
  // refusal's where the server offers no login that can be used.
  std::optional<MailStep> refused_at;
  // Those for whom the server did not take a mail that it took for others.
  std::vector<RefusedRecipient> refused_recipients;
};

// How far a request got before it failed. From `send` on, the server may have acted on it; on a mail only
// from `wait` on, since one whose end did not come is thrown away.
enum class FailurePhase { bad_url, dns, connect, certificate, tls, send, wait };

[[nodiscard]] std::string_view to_string(FailurePhase phase);

struct ClientFailure {
  FailurePhase phase = FailurePhase::connect;
  bool timed_out = false;
  // "could not connect to 127.0.0.1 port 9000: connection refused"; with `timed_out` it tells the time that
  // was allowed: "no connection was made in the 5 s allowed for connecting".
  std::string detail;

  // Whether any of the request may have reached the server.
  [[nodiscard]] bool may_have_been_received() const { return phase >= FailurePhase::send; }
};

using ClientResult = std::variant<ClientAnswer, ClientFailure>;

class Client {
 public:
  virtual ~Client() = default;

  // Leads to exactly one done(result), later and never from inside this call, unless forget_all() comes
  // first.
  virtual void send(ClientRequest request, std::function<void(ClientResult)> done) = 0;

  // The same, to be awaited: co_await client.send(request).
  [[nodiscard]] Callback<ClientResult> send(ClientRequest request) {
    return Callback<ClientResult>{[this, request = std::move(request)](auto done) mutable {
      send(std::move(request), std::move(done));
    }};
  }

  // Moves bytes and calls back for what has ended; waits at most `longest` for something to do, less if
  // `wake_fd` becomes readable (-1: none). Returns without waiting once anything was called back.
  virtual void run(std::chrono::milliseconds longest, int wake_fd) = 0;

  // Ends all requests in flight without calling back.
  virtual void forget_all() = 0;

  [[nodiscard]] virtual std::size_t in_flight() const = 0;
};

// Whether `url` may be sent to: https, or http to localhost or a loopback address.
[[nodiscard]] bool is_allowed_url(std::string_view url);

}  // namespace leadspool::http

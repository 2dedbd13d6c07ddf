#include "http/mail_transfer.h"

#include <algorithm>
#include <utility>

#include <curl/curl.h>

#include "base/check.h"
#include "base/text.h"
#include "http/failure_words.h"
#include "http/mail.h"

namespace leadspool::http {
namespace {

constexpr int kLoggedIn = 235;
constexpr std::size_t kMostUnread = 64 * 1024;  // bytes of a line that does not end

ClientAnswer refusal(MailStep step, const MailReply& reply) {
  ClientAnswer answer;
  answer.status = reply.status();
  answer.body = reply.words();
  answer.refused_at = step;
  return answer;
}

ClientAnswer no_login(const MailReply& reply) {
  auto answer = refusal(MailStep::login, reply);
  answer.body = "the server offers no way to log in that is known here";
  return answer;
}

}  // namespace

std::optional<std::string> mistake_in_mail(const ClientRequest& request) {
  const auto url = examine_mail_url(request.url);
  const auto& mail = *request.mail;
  if (!url.allowed) return "the mail server must be smtps://HOST:PORT or smtp://HOST:PORT";
  if (!mail.starttls && !url.tls && !url.loopback) return "without TLS mail goes to a loopback address only";
  if (request.body.empty()) return std::nullopt;
  if (mail.to.empty()) return "the mail has no recipient";
  if (!is_mail_address(mail.from)) return "the sender is not a plain e-mail address";
  if (!std::ranges::all_of(mail.to, is_mail_address)) return "a recipient is not a plain e-mail address";
  return std::nullopt;
}

MailTransfer::MailTransfer(void* easy, const ClientRequest& request, const RequestUrl& url)
    : easy_(easy), request_(request) {
  CHECK(request_.mail);
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, url.tls ? "smtps" : "smtp");
  curl_easy_setopt(easy_, CURLOPT_PROXY, "");
  curl_easy_setopt(easy_, CURLOPT_CONNECT_ONLY, 1L);
  const auto tls = request_.mail->starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE;
  if (!url.tls) curl_easy_setopt(easy_, CURLOPT_USE_SSL, static_cast<long>(tls));
  set_account();
}

void MailTransfer::set_account() {
  if (request_.mail->user.empty()) return;
  curl_easy_setopt(easy_, CURLOPT_SASL_IR, 1L);
  curl_easy_setopt(easy_, CURLOPT_USERNAME, request_.mail->user.c_str());
  curl_easy_setopt(easy_, CURLOPT_PASSWORD, request_.mail->password.reveal().c_str());
}

// The handle has a copy of the password.
MailTransfer::~MailTransfer() { curl_easy_reset(easy_); }

void MailTransfer::take_line(std::string_view line) {
  if (!reading_.add(trimmed(line))) return;
  reply_ = reading_;
  if (reply_.status() == kLoggedIn) logged_in_ = true;
}

void MailTransfer::begin(SteadyTime now) {
  curl_off_t used_us = 0;
  curl_easy_getinfo(easy_, CURLINFO_TOTAL_TIME_T, &used_us);
  gives_up_at_ = now + request_.total_timeout - std::chrono::milliseconds{used_us / 1'000};
  if (!request_.mail->user.empty() && !logged_in_) return end(no_login(reply_));
  if (request_.body.empty()) {
    ClientAnswer answer;
    answer.status = reply_.status();
    answer.body = reply_.words();
    return end(std::move(answer));
  }
  dialogue_.emplace(*request_.mail, request_.body);
}

bool MailTransfer::talk(SteadyTime now) {
  while (!result_ && (say() || hear())) {
  }
  if (!result_ && now >= gives_up_at_) {
    const std::string limit = " in the " + in_seconds(request_.total_timeout) + " allowed for all of it";
    fail("the mail server did not answer to " + std::string(dialogue_->command()) + limit, true);
  }
  if (result_) say_goodbye();
  return result_.has_value();
}

bool MailTransfer::say() {
  waits_to_say_ = false;
  const auto text = dialogue_->to_say();
  if (text.empty()) return false;
  std::size_t said = 0;
  const auto code = curl_easy_send(easy_, text.data(), text.size(), &said);
  waits_to_say_ = code == CURLE_AGAIN;
  // A connection that is broken is found to be so by hear(), after what the server said last.
  if (code != CURLE_OK) return false;
  dialogue_->said(said);
  return said > 0;
}

bool MailTransfer::hear() {
  char bytes[4096];
  std::size_t size = 0;
  const auto code = curl_easy_recv(easy_, bytes, sizeof bytes, &size);
  if (code == CURLE_AGAIN) return false;
  if (code != CURLE_OK || size == 0) {
    fail("the connection broke before the mail server answered to " + std::string(dialogue_->command()));
    return false;
  }
  heard_.append(bytes, size);
  hear_lines();
  return true;
}

void MailTransfer::hear_lines() {
  std::size_t begin = 0;
  for (auto end = heard_.find('\n'); end != std::string::npos; end = heard_.find('\n', begin)) {
    dialogue_->hear(trimmed(std::string_view(heard_).substr(begin, end - begin)));
    begin = end + 1;
  }
  heard_.erase(0, begin);
  if (dialogue_->answer()) return end(*dialogue_->answer());
  if (dialogue_->ended()) return fail("the mail server gave a strange answer: " + dialogue_->nonsense());
  if (heard_.size() > kMostUnread) fail("the mail server's answer is too long");
}

// Without waiting for the answer, which would tell nothing. In the midst of the mail it would be part of it.
void MailTransfer::say_goodbye() {
  const bool can_be_said = !dialogue_ || dialogue_->to_say().empty();
  constexpr std::string_view kGoodbye = "QUIT\r\n";
  std::size_t said = 0;
  if (can_be_said) curl_easy_send(easy_, kGoodbye.data(), kGoodbye.size(), &said);
}

void MailTransfer::fail(std::string detail, bool timed_out) {
  end(ClientFailure{.phase = dialogue_->phase(), .timed_out = timed_out, .detail = std::move(detail)});
}

int MailTransfer::socket() const {
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(easy_, CURLINFO_ACTIVESOCKET, &socket);
  return socket;
}

std::optional<ClientResult> MailTransfer::take_result(int code) {
  if (result_) return std::move(*result_);
  const bool refused =
      code == CURLE_LOGIN_DENIED || code == CURLE_REMOTE_ACCESS_DENIED || code == CURLE_WEIRD_SERVER_REPLY;
  if (refused && reply_.is_refusal()) {
    return refusal(code == CURLE_LOGIN_DENIED ? MailStep::login : MailStep::greeting, reply_);
  }
  if (code == CURLE_LOGIN_DENIED) return no_login(reply_);
  if (code == CURLE_USE_SSL_FAILED) {
    return ClientFailure{.phase = FailurePhase::tls,
                         .detail = "the mail server offers no STARTTLS, and without it nothing is sent"};
  }
  return std::nullopt;
}

}  // namespace leadspool::http

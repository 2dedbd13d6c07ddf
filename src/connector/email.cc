#include "connector/email.h"

#include <utility>

#include "connector/lead_mail.h"
#include "connector/outcomes.h"
#include "connector/test_steps.h"

namespace leadspool::connector {
namespace {

using http::MailStep;

bool is_refused_login(const http::ClientResult& result) {
  const auto* answer = std::get_if<http::ClientAnswer>(&result);
  return answer != nullptr && answer->refused_at == MailStep::login;
}

http::ClientRequest login_request(const EmailOptions& options) {
  http::ClientRequest request;
  request.url = options.smtp_url;
  request.connect_timeout = options.connect_timeout;
  request.total_timeout = options.total_timeout;
  request.ca_file = options.ca_file;
  request.mail = http::MailEnvelope{.from = options.from,
                                    .to = options.to,
                                    .user = options.username,
                                    .password = options.password.get(),
                                    .starttls = !http::may_be_sent_openly(options.smtp_url)};
  return request;
}

std::vector<TestStep> steps_of_failure(const http::ClientFailure& failure) {
  switch (failure.phase) {
    case http::FailurePhase::certificate:
      return {failed_step("connection", outcome_of(failure).detail, "ca_file")};
    case http::FailurePhase::tls:
      return {failed_step("connection",
                          failure.detail + "; `smtp_url` is smtps:// for TLS from the first byte (port 465), "
                                           "smtp:// for STARTTLS (port 587)",
                          "smtp_url")};
    default:
      return {failed_step("connection", failure.detail + "; look at `smtp_url`", "smtp_url")};
  }
}

TestStep login_step(const EmailOptions& options) {
  if (options.username.empty()) {
    return unknown_step("login", "no `username` is configured, so the server was not asked to let us in");
  }
  return passed_step("login", "the server takes `username` and `password`");
}

std::vector<TestStep> steps_of_answer(const http::ClientAnswer& answer, const EmailOptions& options) {
  const auto connected = passed_step("connection", options.smtp_url + " answers");
  if (!answer.refused_at) {
    return {connected, login_step(options),
            unknown_step("sender and recipients",
                         "whether the server takes mail from `from` to `to` shows only when one is sent")};
  }
  const auto outcome = classify_email(answer, options, {});
  const bool is_login = answer.refused_at == MailStep::login;
  const std::string what = is_login ? "login" : "connection";
  // What may pass tells nothing of the settings.
  auto step = outcome.outcome == Outcome::misconfigured
                  ? failed_step(what, outcome.detail, is_login ? "password" : "smtp_url")
                  : unknown_step(what, outcome.detail);
  return is_login ? std::vector{connected, std::move(step)} : std::vector{std::move(step)};
}

}  // namespace

Mapping email_mapping() { return Mapping::of({}); }

Email::Email(EmailOptions options, const Clock& clock) : options_(std::move(options)), clock_(clock) {}

bool Email::has_other_password(const http::ClientRequest& used) {
  // Another try may have read it meanwhile.
  static_cast<void>(options_.password.read_again());
  return options_.password.get().reveal() != used.mail->password.reveal();
}

Task<http::ClientResult> Email::send(http::ClientRequest request, http::Client& client) {
  auto sending = client.send(request);
  http::ClientResult result = co_await sending;
  if (is_refused_login(result) && has_other_password(request)) {
    request.mail->password = options_.password.get();
    auto sending_again = client.send(request);
    http::ClientResult again = co_await sending_again;
    result = std::move(again);
  }
  co_return result;
}

Task<AttemptOutcome> Email::attempt(const LeadWithPayload& lead, http::Client& client) {
  auto request = login_request(options_);
  request.body = to_rfc5322(lead_mail(lead, options_, clock_.now()));
  auto sending = send(std::move(request), client);
  const http::ClientResult result = co_await sending;
  co_return classify_email(result, options_, lead.fields);
}

RequestPreview Email::preview(const LeadWithPayload& lead) const {
  const auto mail = lead_mail(lead, options_, clock_.now());
  RequestPreview preview;
  preview.method = "MAIL";
  preview.url = options_.smtp_url;
  std::string recipients;
  for (const auto& each : mail.to) recipients += (recipients.empty() ? "" : ", ") + each;
  preview.headers = {{"Date", http::to_rfc5322_date(mail.date)},
                     {"Message-ID", http::message_id(mail)},
                     {"From", mail.from},
                     {"To", recipients}};
  if (!mail.reply_to.empty()) preview.headers.push_back({"Reply-To", mail.reply_to});
  preview.headers.push_back({"Subject", mail.subject});
  preview.body = mail.text + "\n" + mail.html;
  return preview;
}

Task<std::vector<TestStep>> Email::test(http::Client& client) {
  auto sending = send(login_request(options_), client);
  const http::ClientResult result = co_await sending;
  if (const auto* failure = std::get_if<http::ClientFailure>(&result)) co_return steps_of_failure(*failure);
  co_return steps_of_answer(std::get<http::ClientAnswer>(result), options_);
}

}  // namespace leadspool::connector

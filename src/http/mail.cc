#include "http/mail.h"

#include <optional>
#include <utility>

#include <poll.h>

#include "http/curl_client.h"
#include "http/request_url.h"

namespace leadspool::http {
namespace {

constexpr std::chrono::milliseconds kStep{1'000};

bool is_readable(int fd) {
  pollfd watched{fd, POLLIN, 0};
  return fd >= 0 && poll(&watched, 1, 0) > 0;
}

std::string with_status(int status, const std::string& words) { return std::to_string(status) + " " + words; }

MailResult read_answer(const ClientAnswer& answer) {
  if (answer.refused_at) {
    const std::string what = answer.refused_at == MailStep::login
                                 ? "the mail server does not accept smtp_user and smtp_password: "
                                 : "the mail server refused the mail: ";
    return MailFailure{what + with_status(answer.status, answer.body), true};
  }
  const auto& refused = answer.refused_recipients;
  return MailSent{refused.empty() ? "" : with_status(refused.back().status, refused.back().words)};
}

MailResult read_failure(const ClientFailure& failure) {
  if (!failure.timed_out) return MailFailure{failure.detail, false};
  return MailFailure{"the mail server did not answer in time: " + failure.detail, false};
}

}  // namespace

bool is_mail_server_url(std::string_view url) { return examine_mail_url(url).allowed; }

bool may_be_sent_openly(std::string_view url) {
  const auto examined = examine_mail_url(url);
  return examined.allowed && !examined.tls && examined.loopback;
}

MailResult send_mail(const MailServer& server, const Mail& mail, int wake_fd) {
  ClientRequest request;
  request.url = server.url;
  request.body = to_rfc5322(mail);
  request.connect_timeout = server.connect_timeout;
  request.total_timeout = server.total_timeout;
  request.ca_file = server.ca_file;
  request.mail = MailEnvelope{.from = mail.from,
                              .to = mail.to,
                              .user = server.user,
                              .password = server.password,
                              .starttls = server.starttls};
  CurlClient client;
  std::optional<ClientResult> result;
  client.send(std::move(request), [&](ClientResult given) { result = std::move(given); });
  while (!result) {
    client.run(kStep, wake_fd);
    if (!result && is_readable(wake_fd)) return MailFailure{"it was broken off", false};
  }
  const auto* answer = std::get_if<ClientAnswer>(&*result);
  return answer != nullptr ? read_answer(*answer) : read_failure(std::get<ClientFailure>(*result));
}

}  // namespace leadspool::http

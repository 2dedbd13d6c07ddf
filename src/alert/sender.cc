#include "alert/sender.h"

#include <optional>
#include <utility>

#include <poll.h>

#include "base/uuid.h"
#include "http/mail.h"

namespace leadspool::alert {
namespace {

constexpr std::chrono::milliseconds kTotalTimeout{15'000};
constexpr std::chrono::milliseconds kStep{1'000};

// Which the same request may get past a minute later.
bool is_passing(int status) { return status == 408 || status == 429 || status >= 500; }

}  // namespace

bool Sender::is_to_give_up() const {
  pollfd watched{wake_fd_, POLLIN, 0};
  return wake_fd_ >= 0 && poll(&watched, 1, 0) > 0;
}

http::ClientResult Sender::exchange(http::ClientRequest request) {
  std::optional<http::ClientResult> result;
  client_.send(std::move(request), [&](http::ClientResult given) { result = std::move(given); });
  while (!result) {
    client_.run(kStep, wake_fd_);
    if (result || !is_to_give_up()) continue;
    client_.forget_all();
    return http::ClientFailure{.phase = http::FailurePhase::wait, .detail = "it was broken off"};
  }
  return std::move(*result);
}

SendResult Sender::send(const WebhookChannel& channel, const Notice& notice, const std::string& host) {
  http::ClientRequest request;
  request.url = channel.url.reveal();
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = to_json(notice, host);
  request.total_timeout = kTotalTimeout;
  request.ca_file = channel.ca_file;
  const auto result = exchange(std::move(request));
  if (const auto* failure = std::get_if<http::ClientFailure>(&result)) {
    return SendFailure{failure->detail, false};
  }
  const int status = std::get<http::ClientAnswer>(result).status;
  if (200 <= status && status <= 299) return Sent{};
  return SendFailure{"the webhook answered " + std::to_string(status), !is_passing(status)};
}

SendResult Sender::send(const MailChannel& channel, const Notice& notice, const std::string& host) {
  const http::Mail mail{.from = channel.from,
                        .to = channel.to,
                        .subject = subject_of(notice),
                        .text = text_of(notice, host),
                        .date = notice.at,
                        .id = to_string(make_uuid_v7(notice.at, random_))};
  const auto result = http::send_mail(channel.server, mail, wake_fd_);
  if (const auto* failure = std::get_if<http::MailFailure>(&result)) {
    return SendFailure{failure->detail, failure->answered};
  }
  const auto& refused = std::get<http::MailSent>(result).refused;
  return Sent{refused.empty() ? "" : "not all recipients were taken: " + refused};
}

}  // namespace leadspool::alert

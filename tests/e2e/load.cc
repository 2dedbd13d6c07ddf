#include "e2e/load.h"

#include <algorithm>
#include <memory>
#include <optional>

#include <nlohmann/json.hpp>

#include "http/curl_client.h"
#include "support/process.h"

namespace leadspool::test {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kSenders = 6;

std::string lead_of(int number) {
  return Json{{"UserDetails",
               {{"FirstName", "Some"},
                {"LastName", "One"},
                {"Email", Load::email_of(number)},
                {"Company", "Contoso"}}},
              {"LeadSource", "AzureMarketplace"}}
      .dump();
}

}  // namespace

std::string Load::email_of(int number) { return "someone" + std::to_string(number) + "@contoso.com"; }

void Load::start() {
  stopping_ = false;
  acknowledged_now_ = 0;
  knows_url_.assign(kSenders, true);
  for (std::size_t sender = 0; sender < kSenders; ++sender) {
    threads_.emplace_back([this, sender] { send_until_stopped(sender); });
  }
}

void Load::stop() {
  stopping_ = true;
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void Load::send_to(std::string url) {
  {
    const std::lock_guard lock(mutex_);
    url_ = std::move(url);
    knows_url_.assign(kSenders, false);
  }
  wait_until("every sender uses the new address", [&] {
    const std::lock_guard lock(mutex_);
    return std::count(knows_url_.begin(), knows_url_.end(), true) == std::ptrdiff_t{kSenders};
  });
}

void Load::wait_for(int more) {
  const int enough = acknowledged_now_ + more;
  wait_until("more leads got a 202", [&] { return acknowledged_now_ >= enough || !failures().empty(); });
}

std::vector<std::string> Load::failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

std::map<int, std::string> Load::acknowledged() const {
  const std::lock_guard lock(mutex_);
  return acknowledged_;
}

std::string Load::url_for(std::size_t sender) {
  const std::lock_guard lock(mutex_);
  knows_url_[sender] = true;
  return url_;
}

void Load::send_until_stopped(std::size_t sender) {
  auto client = std::make_unique<http::CurlClient>();
  while (!stopping_) {
    if (options_.new_connections) client = std::make_unique<http::CurlClient>();
    const int number = next_++;
    http::ClientRequest request;
    request.url = url_for(sender);
    request.ca_file = options_.ca_file;
    request.body = lead_of(number);
    std::optional<http::ClientResult> result;
    client->send(std::move(request), [&](http::ClientResult got) { result = std::move(got); });
    while (!result) client->run(std::chrono::seconds{1}, -1);
    note(number, *result);
  }
}

void Load::note(int number, const http::ClientResult& result) {
  const std::lock_guard lock(mutex_);
  const auto* answer = std::get_if<http::ClientAnswer>(&result);
  if (answer == nullptr) {
    failures_.push_back(std::get<http::ClientFailure>(result).detail);
    return;
  }
  if (answer->status != 202) {
    failures_.push_back(std::to_string(answer->status) + " " + answer->body);
    return;
  }
  // The status line is the receipt, even if the service died before the body, which names the id, was out.
  const auto body = Json::parse(answer->body, nullptr, false);
  acknowledged_[number] = body.is_object() ? body["id"].get<std::string>() : "";
  ++acknowledged_now_;
}

}  // namespace leadspool::test

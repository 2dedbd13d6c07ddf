// kill -9 of the service again and again while leads pour in over TLS: a 202 is a receipt.
//
// LEADSPOOL_KILL_ROUNDS says how often; the fast tests do it 3 times.
#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "e2e/installation.h"
#include "http/curl_client.h"
#include "support/catch.h"
#include "support/seeded_random.h"

namespace leadspool::test {
namespace {

constexpr int kSenders = 6;

int rounds() {
  const char* text = std::getenv("LEADSPOOL_KILL_ROUNDS");
  return text != nullptr ? std::atoi(text) : 3;
}

std::string lead_of(int number) {
  return Json{{"UserDetails",
               {{"FirstName", "Some"},
                {"LastName", "One"},
                {"Email", "someone" + std::to_string(number) + "@contoso.com"},
                {"Company", "Contoso"}}},
              {"LeadSource", "AzureMarketplace"}}
      .dump();
}

// Threads that each post one lead after the other, each lead once, until told to stop; a failed post is
// forgotten.
class Load {
 public:
  Load(std::string url, std::string ca_file) : url_(std::move(url)), ca_file_(std::move(ca_file)) {}
  ~Load() { stop(); }

  void start() {
    stopping_ = false;
    acknowledged_now_ = 0;
    for (int i = 0; i < kSenders; ++i) threads_.emplace_back([this] { send_until_stopped(); });
  }

  void stop() {
    stopping_ = true;
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }

  // Since start().
  [[nodiscard]] int acknowledged_now() const { return acknowledged_now_; }

  // Id by number of all leads that ever got a 202.
  [[nodiscard]] const std::map<int, std::string>& acknowledged() const { return acknowledged_; }

 private:
  void send_until_stopped() {
    http::CurlClient client;
    while (!stopping_) {
      const int number = next_++;
      http::ClientRequest request;
      request.url = url_;
      request.ca_file = ca_file_;
      request.body = lead_of(number);
      std::optional<http::ClientResult> result;
      client.send(std::move(request), [&](http::ClientResult got) { result = std::move(got); });
      while (!result) client.run(std::chrono::seconds{1}, -1);
      note(number, *result);
    }
  }

  void note(int number, const http::ClientResult& result) {
    const auto* answer = std::get_if<http::ClientAnswer>(&result);
    // The status line is the receipt, even if the kill cut the body that names the id.
    if (answer == nullptr || answer->status != 202) return;
    const auto body = Json::parse(answer->body, nullptr, false);
    const std::lock_guard lock(mutex_);
    acknowledged_[number] = body.is_object() ? body["id"].get<std::string>() : "";
    ++acknowledged_now_;
  }

  const std::string url_;
  const std::string ca_file_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> next_{1};
  std::atomic<int> acknowledged_now_{0};
  std::mutex mutex_;
  std::map<int, std::string> acknowledged_;  // guarded by mutex_
  std::vector<std::thread> threads_;
};

// Every lead in the store, by its address: how often it is there.
std::map<std::string, int> stored_by_email(const Installation& leadspool, std::set<std::string>& ids) {
  std::map<std::string, int> stored;
  std::string cursor;
  do {
    const auto page =
        leadspool.admin_json("/api/v1/leads?limit=500" + (cursor.empty() ? "" : "&cursor=" + cursor));
    for (const auto& lead : page["leads"]) {
      ++stored[lead["email"].get<std::string>()];
      ids.insert(lead["id"].get<std::string>());
    }
    cursor = page["next_cursor"].is_null() ? "" : page["next_cursor"].get<std::string>();
  } while (!cursor.empty());
  return stored;
}

}  // namespace

TEST_CASE("whatever got a 202 before kill -9 is stored and delivered, each once") {
  Installation leadspool;
  // So that some are on their way whenever the service dies.
  leadspool.simulate_crm({"--fault", R"({"mode":"delay","delay_ms":2})"});
  Load load(leadspool.lead_url(), leadspool.file("certificate.pem"));
  SeededRandom random(20'261'121);
  for (int round = 0; round < rounds(); ++round) {
    leadspool.serve();
    load.start();
    const int enough = 50 + static_cast<int>(random.next() % 200);
    wait_until("enough leads got a 202", [&] { return load.acknowledged_now() >= enough; });
    leadspool.kill();
    load.stop();
  }
  leadspool.serve();

  std::set<std::string> ids;
  const auto stored = stored_by_email(leadspool, ids);
  for (const auto& [number, id] : load.acknowledged()) {
    INFO("lead " << number << " " << id);
    if (!id.empty()) REQUIRE(ids.count(id) == 1);
    REQUIRE(stored.count("someone" + std::to_string(number) + "@contoso.com") == 1);
  }
  // A lead without an answer may be stored or not, but never twice.
  for (const auto& [email, times] : stored) REQUIRE(times == 1);

  wait_until("everything is delivered",
             [&] { return leadspool.count("delivered") == static_cast<int>(ids.size()); });
  std::multiset<std::string> keys;
  for (const auto& record : leadspool.crm_records()) keys.insert(record["key"].get<std::string>());
  REQUIRE(keys == std::multiset<std::string>(ids.begin(), ids.end()));
  REQUIRE(leadspool.stop().code == 0);
}

}  // namespace leadspool::test

// kill -9 of the service again and again while leads pour in over TLS: a 202 is a receipt.
//
// LEADSPOOL_KILL_ROUNDS says how often; the fast tests do it 3 times.
#include <cstdlib>
#include <map>
#include <set>

#include "e2e/installation.h"
#include "e2e/load.h"
#include "support/catch.h"
#include "support/seeded_random.h"

namespace leadspool::test {
namespace {

int rounds() {
  const char* text = std::getenv("LEADSPOOL_KILL_ROUNDS");
  return text != nullptr ? std::atoi(text) : 3;
}

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
  Load load({.url = leadspool.lead_url(), .ca_file = leadspool.file("certificate.pem")});
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
    REQUIRE(stored.count(Load::email_of(number)) == 1);
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

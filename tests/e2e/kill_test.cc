// kill -9 of the service again and again while leads pour in over TLS: a 202 is a receipt.
//
// LEADSPOOL_KILL_ROUNDS says how often; the fast tests do it 3 times.
#include <cstdlib>
#include <set>

#include "e2e/installation.h"
#include "e2e/load.h"
#include "e2e/stored_leads.h"
#include "support/catch.h"
#include "support/seeded_random.h"

namespace leadspool::test {
namespace {

int rounds() {
  const char* text = std::getenv("LEADSPOOL_KILL_ROUNDS");
  return text != nullptr ? std::atoi(text) : 3;
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

  // A lead without an answer may be stored or not, but never twice.
  const StoredLeads stored(leadspool);
  require_all(stored, load);

  wait_until("everything is delivered",
             [&] { return leadspool.count("delivered") == static_cast<int>(stored.ids.size()); });
  std::multiset<std::string> keys;
  for (const auto& record : leadspool.crm_records()) keys.insert(record["key"].get<std::string>());
  REQUIRE(keys == std::multiset<std::string>(stored.ids.begin(), stored.ids.end()));
  REQUIRE(leadspool.stop().code == 0);
}

}  // namespace leadspool::test

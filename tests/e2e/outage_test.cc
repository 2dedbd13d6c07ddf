// A CRM that is down or lies: no lead is lost, none dies, none arrives twice under its key.
#include "e2e/sent_leads.h"

namespace leadspool::test {

TEST_CASE("leads accepted while the CRM is down are all delivered once it is up, and none is dead") {
  Installation leadspool;
  leadspool.append_to_config("schedule_s = [1]\nmax_attempts = 2\n");
  leadspool.serve();
  const auto ids = send_people(leadspool, 50);
  wait_until("the breaker is open", [&] {
    return leadspool.admin_json("/api/v1/destinations")["destinations"][0]["health"] == "open";
  });
  leadspool.simulate_crm();
  wait_until("all are delivered", [&] { return leadspool.count("delivered") == 50; });
  REQUIRE(leadspool.count("dead") == 0);
  require_each_once_by_key(leadspool, ids);
}

TEST_CASE("a CRM that stores a lead and then drops the answer still holds each once by its key") {
  Installation leadspool;
  leadspool.append_to_config("schedule_s = [1]\nmax_in_flight = 4\n");
  leadspool.simulate_crm();
  leadspool.set_fault(R"({"mode":"drop_answer","count":6})");
  leadspool.serve();
  const auto ids = send_people(leadspool, 8);
  wait_until("all are delivered", [&] { return leadspool.count("delivered") == 8; });
  REQUIRE(leadspool.count("dead") == 0);
  require_each_once_by_key(leadspool, ids);
  int times_received = 0;
  for (const auto& record : leadspool.crm_records()) times_received += record["times_received"].get<int>();
  REQUIRE(times_received == 8 + 6);
}

TEST_CASE("a service that is told to stop lets the CRM answer what is under way") {
  Installation leadspool;
  leadspool.simulate_crm({"--fault", R"({"mode":"delay","delay_ms":1500})"});
  leadspool.serve();
  const auto ids = send_people(leadspool, 3);
  wait_until("all are under way", [&] { return leadspool.count("claimed") == 3; });
  REQUIRE(leadspool.stop().code == 0);
  const auto status = leadspool.ask({"status"});
  REQUIRE(status["running"] == false);
  REQUIRE(status["deliveries"]["delivered"] == 3);
  require_each_once_by_key(leadspool, ids);
}

}  // namespace leadspool::test

// The simulated CRMs over real sockets.
#include "simulator/simulator.h"

#include <future>

#include <nlohmann/json.hpp>

#include "http/curl_client.h"
#include "simulator/guide.h"
#include "simulator/running.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/seeded_random.h"

namespace leadspool::test {
namespace {

struct RunningInClear {
  RunningInClear() { simulator.start(); }

  http::ClientResult send(const std::string& method, const std::string& path, const std::string& body = {}) {
    http::ClientRequest request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(simulator.port()) + path;
    request.body = body;
    request.headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", "lead-1"}};
    return http::send_and_wait(std::move(request));
  }

  http::ClientResult post_lead() {
    return send("POST", "/leads", R"({"last_name":"One","company":"Contoso"})");
  }

  nlohmann::json get(const std::string& path) {
    return nlohmann::json::parse(std::get<http::ClientAnswer>(send("GET", path)).body);
  }

  FakeClock clock;
  SeededRandom random;
  simulator::Simulator simulator{{}, clock, random};
};

}  // namespace

TEST_CASE("over a socket a lead is created once") {
  RunningInClear crm;
  REQUIRE(std::get<http::ClientAnswer>(crm.post_lead()).status == 201);
  REQUIRE(std::get<http::ClientAnswer>(crm.post_lead()).status == 200);
  REQUIRE(crm.get("/leads").at("records").at(0).at("times_received") == 2);
}

TEST_CASE("over a socket drop_answer leaves the sender without an answer and the CRM with the lead") {
  RunningInClear crm;
  crm.send("PUT", "/faults", R"({"mode":"drop_answer","count":1})");
  const auto cut = crm.post_lead();
  REQUIRE(std::get<http::ClientFailure>(cut).phase == http::FailurePhase::wait);
  REQUIRE(std::get<http::ClientAnswer>(crm.post_lead()).status == 200);
  REQUIRE(crm.get("/leads").at("count") == 1);
}

TEST_CASE("over a socket reset leaves neither with anything") {
  RunningInClear crm;
  crm.send("PUT", "/faults", R"({"mode":"reset","count":1})");
  const auto cut = crm.post_lead();
  REQUIRE(std::get<http::ClientFailure>(cut).may_have_been_received());
  REQUIRE(crm.get("/leads").at("count") == 0);
  REQUIRE(std::get<http::ClientAnswer>(crm.post_lead()).status == 201);
}

TEST_CASE("over a socket a throttled sender is told how long to wait") {
  RunningInClear crm;
  crm.send("PUT", "/faults", R"({"mode":"throttle","retry_after_s":3})");
  const auto answer = std::get<http::ClientAnswer>(crm.post_lead());
  REQUIRE(answer.status == 429);
  REQUIRE(http::find_header(answer.headers, "Retry-After") == "3");
}

TEST_CASE("over a socket a sender that gives up on what hangs finds the CRM answering others") {
  RunningInClear crm;
  crm.send("PUT", "/faults", R"({"mode":"hang","count":1})");
  http::ClientRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(crm.simulator.port()) + "/leads";
  request.total_timeout = Milliseconds{200};
  const auto late = std::get<http::ClientFailure>(http::send_and_wait(std::move(request)));
  REQUIRE(late.timed_out);
  REQUIRE(late.phase == http::FailurePhase::wait);
  REQUIRE(std::get<http::ClientAnswer>(crm.post_lead()).status == 201);
}

TEST_CASE("stopping does not wait for a long delay") {
  RunningInClear crm;
  crm.send("PUT", "/faults", R"({"mode":"delay","delay_ms":600000,"count":1})");
  auto answer = std::async(std::launch::async, [&] { return crm.post_lead(); });
  // The fault is gone once the request has taken it, so from then on the request waits.
  while (crm.get("/faults").at("mode") != "none") {
  }
  crm.simulator.stop();
  REQUIRE(std::holds_alternative<http::ClientFailure>(answer.get()));
}

TEST_CASE("every CRM has records, faults and settings of its own below its path") {
  const Running crms;
  for (const char* path : {"/dynamics365", "/salesforce", "/hubspot", "/marketo", "/odoo", "/azure_table"}) {
    INFO(path);
    REQUIRE(crms.get(path + std::string("/records")).at("count") == 0);
    REQUIRE(crms.get(path + std::string("/settings")).at("client_id") == "leadspool");
    crms.put(path + std::string("/faults"), R"({"mode":"error"})");
    REQUIRE(crms.get(path + std::string("/faults")).at("mode") == "error");
    REQUIRE(crms.get("/faults").at("mode") == "none");
  }
}

TEST_CASE("it tells how to use every CRM, under the address that it was called by") {
  const Running crms;
  const auto guide = crms.send("GET", "/");
  REQUIRE(guide.status == 200);
  REQUIRE(http::find_header(guide.headers, "Content-Type") == "text/plain; charset=utf-8");
  for (const std::string text :
       {"PUT    /faults", "forbid", "quota", "client_secret", "token_lifetime_s", "at:"}) {
    INFO(text);
    REQUIRE(guide.body.find(text) != std::string::npos);
  }
  for (const char* path : {"/dynamics365", "/salesforce", "/hubspot", "/marketo", "/odoo", "/azure_table"}) {
    INFO(path);
    REQUIRE(guide.body.find("https://" + crms.host() + path) != std::string::npos);
    REQUIRE(simulator::list_of_crms("http://x").find("http://x" + std::string(path) + "\n") !=
            std::string::npos);
  }
}

TEST_CASE("without TLS the addresses it tells are without it as well") {
  RunningInClear crm;
  const auto guide = std::get<http::ClientAnswer>(crm.send("GET", "/"));
  REQUIRE(guide.body.find("http://127.0.0.1:" + std::to_string(crm.simulator.port()) + "/odoo") !=
          std::string::npos);
}

TEST_CASE("a client that does not trust its certificate sends it nothing") {
  const Running crms;
  http::ClientRequest request;
  request.url = "https://" + crms.host() + "/leads";
  const auto refused = std::get<http::ClientFailure>(http::send_and_wait(std::move(request)));
  REQUIRE(refused.phase == http::FailurePhase::certificate);
}

TEST_CASE("a body of one MiB is taken, a longer one is not") {
  const Running crms;
  const std::string before = R"({"id":"a","last_name":"One","company":"Contoso","x":")";
  const std::string fits = before + std::string(1024 * 1024 - before.size() - 2, 'x') + "\"}";
  REQUIRE(crms.send("POST", "/leads", fits).status == 201);
  REQUIRE(crms.send("POST", "/leads", fits + " ").status == 413);
}

TEST_CASE("stopping ends what hangs in any CRM") {
  Running crms;
  crms.put("/dynamics365/faults", R"({"mode":"hang","count":1})");
  auto answer = std::async(std::launch::async, [&] {
    return crms.try_send("PATCH", "/dynamics365/api/data/v9.2/leads(0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f)",
                         "{}");
  });
  while (crms.get("/dynamics365/faults").at("mode") != "none") {
  }
  crms.stop();
  REQUIRE(std::holds_alternative<http::ClientFailure>(answer.get()));
}

}  // namespace leadspool::test

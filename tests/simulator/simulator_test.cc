// The simulated CRM over real sockets.
#include "simulator/simulator.h"

#include <future>

#include <nlohmann/json.hpp>

#include "http/curl_client.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/seeded_random.h"

namespace leadspool::test {
namespace {

struct Running {
  Running() { simulator.start(); }

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
  Running crm;
  REQUIRE(std::get<http::ClientAnswer>(crm.post_lead()).status == 201);
  REQUIRE(std::get<http::ClientAnswer>(crm.post_lead()).status == 200);
  REQUIRE(crm.get("/leads").at("records").at(0).at("times_received") == 2);
}

TEST_CASE("over a socket drop_answer leaves the sender without an answer and the CRM with the lead") {
  Running crm;
  crm.send("PUT", "/faults", R"({"mode":"drop_answer","count":1})");
  const auto cut = crm.post_lead();
  REQUIRE(std::get<http::ClientFailure>(cut).phase == http::FailurePhase::wait);
  REQUIRE(std::get<http::ClientAnswer>(crm.post_lead()).status == 200);
  REQUIRE(crm.get("/leads").at("count") == 1);
}

TEST_CASE("over a socket reset leaves neither with anything") {
  Running crm;
  crm.send("PUT", "/faults", R"({"mode":"reset","count":1})");
  const auto cut = crm.post_lead();
  REQUIRE(std::get<http::ClientFailure>(cut).may_have_been_received());
  REQUIRE(crm.get("/leads").at("count") == 0);
  REQUIRE(std::get<http::ClientAnswer>(crm.post_lead()).status == 201);
}

TEST_CASE("over a socket a throttled sender is told how long to wait") {
  Running crm;
  crm.send("PUT", "/faults", R"({"mode":"throttle","retry_after_s":3})");
  const auto answer = std::get<http::ClientAnswer>(crm.post_lead());
  REQUIRE(answer.status == 429);
  REQUIRE(http::find_header(answer.headers, "Retry-After") == "3");
}

TEST_CASE("over a socket a sender that gives up on what hangs finds the CRM answering others") {
  Running crm;
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
  Running crm;
  crm.send("PUT", "/faults", R"({"mode":"delay","delay_ms":600000,"count":1})");
  auto answer = std::async(std::launch::async, [&] { return crm.post_lead(); });
  // The fault is gone once the request has taken it, so from then on the request waits.
  while (crm.get("/faults").at("mode") != "none") {
  }
  crm.simulator.stop();
  REQUIRE(std::holds_alternative<http::ClientFailure>(answer.get()));
}

}  // namespace leadspool::test

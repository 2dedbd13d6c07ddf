// What strikes the requests of any simulated CRM.
#include "simulator/faults.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/seeded_random.h"

namespace leadspool::test {
namespace {

using simulator::Fault;
using simulator::FaultPlace;

// It has its own status for a quota, as Salesforce has.
http::Response own_words(const Fault& fault) {
  const bool quota = fault.mode == simulator::FaultMode::quota;
  return {.status = quota && !fault.status ? 403 : simulator::error_status(fault),
          .body = "own words: " + std::string(to_string(fault.mode))};
}

struct FaultsFixture {
  FaultsFixture() { faults.add_routes(router, "/crm"); }

  http::Response strike(FaultPlace at, const std::string& body = "lead") {
    http::Request request;
    request.body = body;
    const auto answer = faults.strike(at, request, [&] {
      ++worked;
      return http::Response{.body = "done"};
    });
    return std::get<http::Response>(answer);
  }

  http::Response call(const std::string& method, const std::string& body = {}) {
    http::Request request;
    request.method = method;
    request.path = "/crm/faults";
    request.body = body;
    return router.handle(request);
  }

  nlohmann::json shown() { return nlohmann::json::parse(call("GET").body); }

  int worked = 0;
  SeededRandom random;
  simulator::Faults faults{{}, own_words, random};
  http::Router router;
};

}  // namespace

TEST_CASE("a CRM that does nothing wrong does the work") {
  FaultsFixture crm;
  REQUIRE(crm.strike(FaultPlace::records).body == "done");
  REQUIRE(crm.worked == 1);
  REQUIRE(crm.shown().at("mode") == "none");
  REQUIRE(crm.shown().at("at") == "records");
}

TEST_CASE("a fault that answers with an error is worded by its CRM, and nothing is done") {
  FaultsFixture crm;
  for (const char* mode : {"refuse", "throttle", "error", "reject", "unauthorized", "forbid", "quota"}) {
    REQUIRE(crm.call("PUT", R"({"mode":")" + std::string(mode) + R"("})").status == 200);
    REQUIRE(crm.strike(FaultPlace::records).body == "own words: " + std::string(mode));
  }
  REQUIRE(crm.worked == 0);
}

TEST_CASE("the fault's Retry-After is added to the CRM's own words") {
  FaultsFixture crm;
  crm.call("PUT", R"({"mode":"quota","retry_after_s":3600})");
  REQUIRE(http::find_header(crm.strike(FaultPlace::records).headers, "Retry-After") == "3600");
  crm.call("PUT", R"({"mode":"quota"})");
  REQUIRE(http::find_header(crm.strike(FaultPlace::records).headers, "Retry-After").empty());
}

TEST_CASE("a fault shows the status that its CRM answers with") {
  FaultsFixture crm;
  crm.call("PUT", R"({"mode":"quota"})");
  REQUIRE(crm.shown().at("status") == 403);
  REQUIRE(crm.strike(FaultPlace::records).status == 403);
  crm.call("PUT", R"({"mode":"quota","status":420})");
  REQUIRE(crm.shown().at("status") == 420);
  REQUIRE(crm.strike(FaultPlace::records).status == 420);
  crm.call("PUT", R"({"mode":"reset"})");
  REQUIRE(crm.shown().at("status").is_null());
}

TEST_CASE("a fault strikes requests for records or for tokens, as it is told") {
  FaultsFixture crm;
  crm.call("PUT", R"({"mode":"error"})");
  REQUIRE(crm.strike(FaultPlace::token).body == "done");
  REQUIRE(crm.strike(FaultPlace::records).status == 500);
  crm.call("PUT", R"({"mode":"error","at":"token","count":1})");
  REQUIRE(crm.shown().at("at") == "token");
  REQUIRE(crm.strike(FaultPlace::records).body == "done");
  REQUIRE(crm.strike(FaultPlace::token).status == 500);
  REQUIRE(crm.strike(FaultPlace::token).body == "done");
  REQUIRE(crm.call("PUT", R"({"mode":"error","at":"everything"})").status == 400);
}

TEST_CASE("drop_answer does the work and says nothing") {
  FaultsFixture crm;
  crm.call("PUT", R"({"mode":"drop_answer"})");
  REQUIRE(crm.strike(FaultPlace::records).drop_connection);
  REQUIRE(crm.worked == 1);
}

}  // namespace leadspool::test

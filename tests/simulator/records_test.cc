// What any simulated CRM holds.
#include "simulator/records.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/fake_clock.h"

namespace leadspool::test {
namespace {

using IfThere = simulator::Records::IfThere;

struct RecordsFixture {
  RecordsFixture() { records.add_routes(router, "/crm"); }

  nlohmann::json call(const std::string& method, const std::string& limit = {}) {
    http::Request request;
    request.method = method;
    request.path = "/crm/records";
    if (!limit.empty()) request.query = {{"limit", limit}};
    return nlohmann::json::parse(router.handle(request).body);
  }

  FakeClock clock;
  simulator::Records records{clock};
  http::Router router;
};

}  // namespace

TEST_CASE("a record is made once per key, and received again under the same id") {
  RecordsFixture crm;
  const auto first = crm.records.put("a", "id-a", R"({"name":"One"})", IfThere::keep);
  REQUIRE(first.is_new);
  crm.clock.advance(Milliseconds{1'000});
  const auto again = crm.records.put("a", "id-b", R"({"name":"Two"})", IfThere::keep);
  REQUIRE_FALSE(again.is_new);
  REQUIRE(again.record.id == "id-a");
  REQUIRE(again.record.times_received == 2);
  REQUIRE(again.record.received_at == first.record.received_at);
  REQUIRE(again.record.lead_json == R"({"name":"One"})");
}

TEST_CASE("what is put in place of a record stands in it from then on") {
  RecordsFixture crm;
  crm.records.put("a", "id-a", R"({"name":"One"})", IfThere::keep);
  const auto put = crm.records.put("a", "id-a", R"({"name":"Two"})", IfThere::replace);
  REQUIRE(put.record.lead_json == R"({"name":"Two"})");
  REQUIRE(crm.records.find("a")->lead_json == R"({"name":"Two"})");
}

TEST_CASE("a record is found by its key and by what stands in it") {
  RecordsFixture crm;
  crm.records.put("a", "id-a", R"({"email":"a@example.com","n":1})", IfThere::keep);
  crm.records.put("b", "id-b", R"({"email":"b@example.com"})", IfThere::keep);
  crm.records.put("c", "id-c", R"({"email":"b@example.com"})", IfThere::keep);
  REQUIRE(crm.records.find("b")->id == "id-b");
  REQUIRE_FALSE(crm.records.find("B"));
  REQUIRE(crm.records.find_by("email", "b@example.com")->id == "id-b");
  REQUIRE_FALSE(crm.records.find_by("email", "c@example.com"));
  REQUIRE_FALSE(crm.records.find_by("n", "1"));
}

TEST_CASE("records are listed below the CRM's path, newest last, and can be forgotten") {
  RecordsFixture crm;
  for (const char* key : {"a", "b", "c"}) crm.records.put(key, key, "{}", IfThere::keep);
  REQUIRE(crm.call("GET").at("count") == 3);
  REQUIRE(crm.call("GET", "1").at("records").at(0).at("key") == "c");
  REQUIRE(crm.call("GET", "0").contains("error"));
  REQUIRE(crm.call("DELETE").at("removed") == 3);
  REQUIRE(crm.call("GET").at("count") == 0);
  REQUIRE(crm.records.put("a", "new", "{}", IfThere::keep).is_new);
}

}  // namespace leadspool::test

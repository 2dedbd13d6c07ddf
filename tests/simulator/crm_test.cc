// The simulated CRM, called through its router.
#include "simulator/crm.h"

#include <future>
#include <optional>

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/seeded_random.h"

namespace leadspool::test {
namespace {

constexpr const char* kLead = R"({"last_name":"One","company":"Contoso","id":"lead-1"})";

struct CrmFixture {
  explicit CrmFixture(simulator::CrmOptions options = {}) : crm(std::move(options), clock, random) {
    crm.add_routes(router);
  }

  http::Response call(const std::string& method, const std::string& path, const std::string& body = {},
                      std::vector<http::Header> headers = {},
                      std::vector<std::pair<std::string, std::string>> query = {}) {
    http::Request request;
    request.method = method;
    request.path = path;
    request.body = body;
    request.headers = std::move(headers);
    request.query = std::move(query);
    return router.handle(request);
  }

  http::Response post(const std::string& body = kLead, std::vector<http::Header> headers = {}) {
    return call("POST", "/leads", body, std::move(headers));
  }

  nlohmann::json get(const std::string& path) { return nlohmann::json::parse(call("GET", path).body); }

  void set_fault(const std::string& fault) {
    const auto response = call("PUT", "/faults", fault);
    if (response.status != 200) throw std::runtime_error(response.body);
  }

  int count() { return get("/leads").at("count"); }

  FakeClock clock;
  SeededRandom random;
  simulator::Crm crm;
  http::Router router;
};

}  // namespace

TEST_CASE("a new lead is created, and again it is the same record") {
  CrmFixture crm;
  const auto first = crm.post();
  REQUIRE(first.status == 201);
  crm.clock.advance(Milliseconds{1'000});
  const auto second = crm.post();
  REQUIRE(second.status == 200);
  REQUIRE(second.body == first.body);

  const auto held = crm.get("/leads");
  REQUIRE(held.at("count") == 1);
  const auto record = held.at("records").at(0);
  REQUIRE(record.at("id") == nlohmann::json::parse(first.body).at("id"));
  REQUIRE(record.at("key") == "lead-1");
  REQUIRE(record.at("times_received") == 2);
  REQUIRE(record.at("received_at") == "2026-01-01T00:00:00.000Z");
  REQUIRE(record.at("lead") == nlohmann::json::parse(kLead));
  REQUIRE(crm.get("/leads/lead-1") == record);
}

TEST_CASE("the key is Idempotency-Key, else webhook-id, else the id in the body") {
  CrmFixture crm;
  const auto key_of = [](const http::Response& response) {
    return nlohmann::json::parse(response.body).at("key").get<std::string>();
  };
  REQUIRE(key_of(crm.post(kLead, {{"webhook-id", "w"}, {"Idempotency-Key", "i"}})) == "i");
  REQUIRE(key_of(crm.post(kLead, {{"Webhook-Id", "w"}})) == "w");
  REQUIRE(key_of(crm.post()) == "lead-1");
  REQUIRE(key_of(crm.post(R"({"last_name":"a","company":"b","id":7})")) == "7");
  REQUIRE(crm.count() == 4);
  const auto keyless = crm.post(R"({"last_name":"One","company":"Contoso"})");
  REQUIRE(keyless.status == 400);
  REQUIRE(crm.count() == 4);
}

TEST_CASE("a lead without a required field is refused with the field's name") {
  CrmFixture crm;
  for (const char* lead : {R"({"id":"a","company":"c"})", R"({"id":"a","company":"c","last_name":null})",
                           R"({"id":"a","company":"c","last_name":" \t"})"}) {
    const auto response = crm.post(lead);
    REQUIRE(response.status == 422);
    const auto error = nlohmann::json::parse(response.body).at("error");
    REQUIRE(error.at("message") == "missing required field last_name");
    REQUIRE(error.at("field") == "last_name");
  }
  REQUIRE(crm.count() == 0);
  CrmFixture strict({.required_fields = {"email"}, .fault = {}});
  REQUIRE(nlohmann::json::parse(strict.post().body).at("error").at("field") == "email");
}

TEST_CASE("a body that is no JSON object is refused") {
  CrmFixture crm;
  for (const std::string& body : {std::string(), std::string("[]"), std::string("{"), std::string("\xff"),
                                  R"({"id":"a","last_name":"l","company":"c","x":)" +
                                      std::string(100'000, '[') + std::string(100'000, ']') + "}"}) {
    REQUIRE(crm.post(body).status == 400);
  }
  REQUIRE(crm.count() == 0);
}

TEST_CASE("records are listed newest last, and a limit keeps the newest") {
  CrmFixture crm;
  for (const char* key : {"a", "b", "c"}) crm.post(kLead, {{"Idempotency-Key", key}});
  const auto response = crm.call("GET", "/leads", {}, {}, {{"limit", "2"}});
  const auto listed = nlohmann::json::parse(response.body);
  REQUIRE(listed.at("count") == 3);
  REQUIRE(listed.at("records").size() == 2);
  REQUIRE(listed.at("records").at(0).at("key") == "b");
  REQUIRE(listed.at("records").at(1).at("key") == "c");
  for (const char* wrong : {"0", "-1", "x", ""}) {
    REQUIRE(crm.call("GET", "/leads", {}, {}, {{"limit", wrong}}).status == 400);
  }
}

TEST_CASE("clearing forgets every record and its key") {
  CrmFixture crm;
  crm.post();
  REQUIRE(nlohmann::json::parse(crm.call("DELETE", "/leads").body).at("removed") == 1);
  REQUIRE(crm.count() == 0);
  REQUIRE(crm.call("GET", "/leads/lead-1").status == 404);
  REQUIRE(crm.post().status == 201);
}

TEST_CASE("a fault that answers with an error stores nothing") {
  struct Case {
    const char* fault;
    int status;
    const char* retry_after;
  };
  for (const auto& each :
       {Case{R"({"mode":"refuse"})", 503, ""}, Case{R"({"mode":"error"})", 500, ""},
        Case{R"({"mode":"error","status":502})", 502, ""}, Case{R"({"mode":"throttle"})", 429, "1"},
        Case{R"({"mode":"throttle","retry_after_s":7})", 429, "7"},
        Case{R"({"mode":"refuse","retry_after_s":9})", 503, "9"}, Case{R"({"mode":"reject"})", 422, ""},
        Case{R"({"mode":"unauthorized"})", 401, ""}, Case{R"({"mode":"forbid"})", 403, ""}}) {
    CrmFixture crm;
    crm.set_fault(each.fault);
    const auto response = crm.post();
    REQUIRE(response.status == each.status);
    REQUIRE(http::find_header(response.headers, "Retry-After") == each.retry_after);
    REQUIRE_FALSE(response.drop_connection);
    REQUIRE(crm.count() == 0);
  }
}

TEST_CASE("reset cuts without storing, drop_answer stores first") {
  CrmFixture crm;
  crm.set_fault(R"({"mode":"reset"})");
  REQUIRE(crm.post().drop_connection);
  REQUIRE(crm.count() == 0);
  crm.set_fault(R"({"mode":"drop_answer"})");
  REQUIRE(crm.post().drop_connection);
  REQUIRE(crm.count() == 1);
}

TEST_CASE("a counted fault strikes so often and then all is well") {
  CrmFixture crm;
  crm.set_fault(R"({"mode":"error","count":2})");
  REQUIRE(crm.post().status == 500);
  REQUIRE(crm.get("/faults").at("count") == 1);
  REQUIRE(crm.post().status == 500);
  REQUIRE(crm.get("/faults").at("mode") == "none");
  REQUIRE(crm.post().status == 201);
}

TEST_CASE("a fault with a probability strikes about as often") {
  CrmFixture crm;
  crm.set_fault(R"({"mode":"error","probability":0.25})");
  int struck = 0;
  for (int i = 0; i < 1'000; ++i) struck += crm.post().status == 500 ? 1 : 0;
  REQUIRE(struck > 150);
  REQUIRE(struck < 350);
  crm.set_fault(R"({"mode":"error","probability":0})");
  REQUIRE(crm.post().status == 200);
}

TEST_CASE("a fault with a match strikes only leads that contain the text") {
  CrmFixture crm;
  crm.set_fault(R"({"mode":"forbid","match":"Contoso","count":2})");
  const char* other = R"({"last_name":"Two","company":"Fabrikam","id":"lead-2"})";
  REQUIRE(crm.post(other).status == 201);
  REQUIRE(crm.get("/faults").at("count") == 2);
  REQUIRE(crm.get("/faults").at("match") == "Contoso");
  REQUIRE(crm.post().status == 403);
  REQUIRE(crm.post(other).status == 200);
  REQUIRE(crm.post().status == 403);
  REQUIRE(crm.post().status == 201);
  REQUIRE(crm.get("/faults").at("match").is_null());
}

TEST_CASE("what hangs is cut without storing when the fault is changed or the CRM stops") {
  CrmFixture crm;
  crm.set_fault(R"({"mode":"hang","count":1})");
  auto answer = std::async(std::launch::async, [&] { return crm.post(); });
  // The fault is gone once the request has taken it.
  while (crm.get("/faults").at("mode") != "none") {
  }
  SECTION("changed") { crm.set_fault(R"({"mode":"none"})"); }
  SECTION("stops") { crm.crm.interrupt(); }
  REQUIRE(answer.get().drop_connection);
  REQUIRE(crm.count() == 0);
}

TEST_CASE("a fault can be there from the start, and is shown as it is in force") {
  simulator::CrmOptions options;
  options.fault.mode = simulator::FaultMode::unauthorized;
  CrmFixture crm(options);
  const auto fault = crm.get("/faults");
  REQUIRE(fault.at("mode") == "unauthorized");
  REQUIRE(fault.at("status") == 401);
  REQUIRE(crm.post().status == 401);
}

TEST_CASE("a fault that makes no sense is refused and the one before stays") {
  CrmFixture crm;
  crm.set_fault(R"({"mode":"reject"})");
  for (const char* wrong :
       {"", "[]", "{}", R"({"mode":"explode"})", R"({"mode":7})", R"({"mode":null})",
        R"({"mode":"error","status":99})", R"({"mode":"delay","status":500})",
        R"({"mode":"delay","delay_ms":-1})", R"({"mode":"error","count":0})",
        R"({"mode":"error","count":1.5})", R"({"mode":"error","probability":2})",
        R"({"mode":"error","delay":1})", R"({"mode":"throttle","retry_after_s":"soon"})",
        R"({"mode":"error","match":""})", R"({"mode":"error","match":7})", R"({"mode":"hang","status":500})",
        R"({"mode":"error","count":18446744073709551615})"}) {
    REQUIRE(crm.call("PUT", "/faults", wrong).status == 400);
  }
  REQUIRE(crm.get("/faults").at("mode") == "reject");
}

TEST_CASE("a delay only delays") {
  CrmFixture crm;
  crm.set_fault(R"({"mode":"delay","delay_ms":1})");
  REQUIRE(crm.post().status == 201);
}

TEST_CASE("an interrupt ends a long delay, and the request is cut without storing") {
  CrmFixture crm;
  crm.set_fault(R"({"mode":"delay","delay_ms":600000})");
  auto answer = std::async(std::launch::async, [&] { return crm.post(); });
  crm.crm.interrupt();
  REQUIRE(answer.get().drop_connection);
  REQUIRE(crm.count() == 0);
}

}  // namespace leadspool::test

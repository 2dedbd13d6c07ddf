// A person who asks to be forgotten: with the real program, by the API and by the command line, and then byte
// by byte in the store's files.

#include "e2e/installation.h"
#include "http/curl_client.h"
#include "support/catch.h"
#include "support/remnants.h"

namespace leadspool::test {
namespace {

// Words that stand nowhere else.
const std::vector<std::string> kPerson{"Bartholomea", "Quintessa-Rye", "bart.rye@quagga.example",
                                       "555-0142-38"};
constexpr auto kOther = "Unconcerned";

std::string lead_of(const std::string& last_name, const std::string& company) {
  return Json{{"UserDetails",
               {{"FirstName", kPerson[0]},
                {"LastName", last_name},
                {"Email", kPerson[2]},
                {"Phone", kPerson[3]},
                {"Company", company}}},
              {"LeadSource", "AzureMarketplace"},
              {"ActionCode", "INS"}}
      .dump();
}

Json call(const Installation& leadspool, const std::string& method, const std::string& path,
          const Json& body) {
  http::ClientRequest request;
  request.method = method;
  request.url = "http://localhost/api/v1" + path;
  request.unix_socket = leadspool.file("leadspool.db.sock");
  if (!body.is_null()) request.body = body.dump();
  const auto answer = std::get<http::ClientAnswer>(http::send_and_wait(std::move(request)));
  REQUIRE(answer.status == 200);
  return Json::parse(answer.body);
}

std::vector<std::string> remnants(const Installation& leadspool) {
  return remnants_of(kPerson, leadspool.file("leadspool.db"));
}

}  // namespace

TEST_CASE("a person who was erased is in no file of the store, and the tombstones and the counts are") {
  Installation leadspool;
  leadspool.simulate_crm();
  leadspool.set_fault(R"({"mode":"reject","match":"Fabrikam"})");
  leadspool.serve();
  const auto delivered = leadspool.accept(lead_of(kPerson[1], "Contoso"))["id"].get<std::string>();
  const auto dead = leadspool.accept(lead_of(kPerson[1], "Fabrikam"))["id"].get<std::string>();
  const auto quarantined_body = "{\"UserDetails\": \"BART.RYE@Quagga.example\", ";
  const auto quarantined = std::get<http::ClientAnswer>(leadspool.post(quarantined_body));
  REQUIRE(quarantined.status == 422);
  const auto other = leadspool.accept(
      R"({"UserDetails":{"LastName":"Unconcerned","Email":"u@contoso.com","Company":"Contoso"}})");
  wait_until("all are delivered or dead", [&] {
    return leadspool.state_of(delivered) == "delivered" && leadspool.state_of(dead) == "dead" &&
           leadspool.state_of(other["id"].get<std::string>()) == "delivered";
  });
  call(leadspool, "POST", "/leads/" + dead + "/revisions",
       {{"changes", {{"title", "Dr " + kPerson[1]}}}, {"reason", kPerson[2] + " wrote"}});
  const auto totals = leadspool.admin_json("/api/v1/status")["leads"];
  REQUIRE_FALSE(remnants(leadspool).empty());

  const auto one = call(leadspool, "DELETE", "/leads/" + delivered + "?reason=asked%20for", nullptr);
  REQUIRE(one["erased"] == Json::array({delivered}));
  REQUIRE(one["elsewhere"][0]["destination"].is_string());
  const auto rest =
      call(leadspool, "POST", "/erasures", {{"email", "Bart.Rye@quagga.example"}, {"reason", "asked for"}});
  REQUIRE(rest["erased"].size() == 2);
  REQUIRE(rest["spared"].empty());
  wait_until("all is wiped", [&] { return leadspool.admin_json("/api/v1/status")["purging"] == false; });

  REQUIRE(remnants(leadspool) == std::vector<std::string>{});
  REQUIRE_FALSE(remnants_of({kOther}, leadspool.file("leadspool.db")).empty());
  REQUIRE(leadspool.admin_json("/api/v1/status")["leads"] == totals);
  const auto tombstone = leadspool.admin_json("/api/v1/leads/" + delivered);
  REQUIRE(tombstone["erased_at"].is_string());
  REQUIRE(tombstone["audit"].back()["action"] == "erase");
  REQUIRE(tombstone["audit"].back()["reason"] == "asked for");
  REQUIRE(tombstone["deliveries"][0]["state"] == "delivered");
  const auto ended = leadspool.stop();
  REQUIRE(ended.code == 0);
  REQUIRE(remnants(leadspool) == std::vector<std::string>{});
}

TEST_CASE("a store that nobody serves is clean when the command that erases has ended") {
  Installation leadspool;
  leadspool.serve();
  const auto id = leadspool.accept(lead_of(kPerson[1], "Contoso"))["id"].get<std::string>();
  leadspool.stop();
  REQUIRE_FALSE(remnants(leadspool).empty());
  static_cast<void>(leadspool.ask({"leads", "erase", id, "--reason", "asked for", "--yes"}));
  REQUIRE(remnants(leadspool) == std::vector<std::string>{});
}

TEST_CASE("a lead that was being tried when the service was killed can be erased before it starts again") {
  Installation leadspool;
  leadspool.simulate_crm();
  leadspool.set_fault(R"({"mode":"hang"})");
  leadspool.serve();
  const auto id = leadspool.accept(lead_of(kPerson[1], "Contoso"))["id"].get<std::string>();
  wait_until("it is being tried", [&] { return leadspool.state_of(id) == "claimed"; });
  leadspool.kill();
  static_cast<void>(leadspool.ask({"leads", "erase", id, "--reason", "asked for", "--yes"}));
  REQUIRE(remnants(leadspool) == std::vector<std::string>{});
}

}  // namespace leadspool::test

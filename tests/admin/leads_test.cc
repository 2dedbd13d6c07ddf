// Listing and showing leads.
#include <limits>
#include <set>

#include "admin/lead_query.h"
#include "admin_fixture.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

std::vector<std::string> names_of(const nlohmann::json& page) {
  std::vector<std::string> names;
  for (const auto& lead : page.at("leads")) names.push_back(lead.at("last_name"));
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("an empty store lists no leads") {
  AdminFixture admin;
  const auto page = admin.get_json("/api/v1/leads");
  REQUIRE(page.at("leads").empty());
  REQUIRE(page.at("next_cursor").is_null());
}

TEST_CASE("a listed lead has the names of the contract, all of them") {
  AdminFixture admin;
  admin.add_lead("Müller");
  const auto lead = admin.get_json("/api/v1/leads").at("leads").at(0);
  for (const auto& field : kLeadFields) REQUIRE(lead.at(std::string(field.name)).is_string());
  REQUIRE(lead.at("last_name") == "Müller");
  REQUIRE(lead.at("received_at") == "2026-01-01T00:00:00.000Z");
  REQUIRE(lead.at("source") == "marketplace");
  REQUIRE(lead.at("disposition") == "deliver");
  REQUIRE(lead.at("duplicate_of").is_null());

  const auto delivery = lead.at("deliveries").at(0);
  REQUIRE(delivery.at("destination") == "crm");
  REQUIRE(delivery.at("state") == "pending");
  REQUIRE(delivery.at("attempt_count") == 0);
  REQUIRE(delivery.at("next_attempt_at") == "2026-01-01T00:00:00.000Z");
  for (const char* absent : {"delivered_at", "remote_id", "cause"}) REQUIRE(delivery.at(absent).is_null());
  REQUIRE_FALSE(delivery.contains("attempts"));
}

TEST_CASE("paging shows every lead once, though leads keep coming in") {
  AdminFixture admin;
  std::set<std::string> expected;
  for (int i = 0; i < 25; ++i) expected.insert(to_string(admin.add_lead()));

  std::vector<std::string> seen;
  AdminFixture::Query query{{"limit", "4"}};
  while (true) {
    const auto page = admin.get_json("/api/v1/leads", query);
    REQUIRE(page.at("leads").size() <= 4);
    for (const auto& lead : page.at("leads")) seen.push_back(lead.at("id"));
    admin.add_lead("came in meanwhile");
    if (page.at("next_cursor").is_null()) break;
    query = {{"limit", "4"}, {"cursor", page.at("next_cursor")}};
  }
  REQUIRE(seen.size() == 25);
  REQUIRE(std::set<std::string>(seen.begin(), seen.end()) == expected);
}

TEST_CASE("a page that is just full at the end has no next one") {
  AdminFixture admin;
  for (int i = 0; i < 4; ++i) admin.add_lead();
  const auto page = admin.get_json("/api/v1/leads", {{"limit", "4"}});
  REQUIRE(page.at("leads").size() == 4);
  REQUIRE(page.at("next_cursor").is_null());
}

TEST_CASE("a page has 50 leads unless told otherwise") {
  AdminFixture admin;
  for (int i = 0; i < 51; ++i) admin.add_lead();
  REQUIRE(admin.get_json("/api/v1/leads").at("leads").size() == 50);
  REQUIRE(admin.get_json("/api/v1/leads", {{"limit", "500"}}).at("leads").size() == 51);
}

TEST_CASE("filters combine") {
  AdminFixture admin;
  admin.add_lead("Pending", "crm");
  admin.add_lead("Elsewhere", "backup");
  admin.clock.advance(Milliseconds{60'000});
  admin.add_held_lead();
  const Uuid dead = admin.add_dead_lead("http_422", "third");

  const auto list = [&](AdminFixture::Query query) {
    return names_of(admin.get_json("/api/v1/leads", query));
  };
  REQUIRE(list({{"state", "pending"}}) == Names{"Elsewhere", "Pending"});
  REQUIRE(list({{"state", "pending"}, {"destination", "backup"}}) == Names{"Elsewhere"});
  REQUIRE(list({{"destination", "crm"}}) == Names{"", "Pending"});
  REQUIRE(list({{"cause", "http_422"}}) == Names{"Dead"});
  REQUIRE(list({{"cause", "http_400"}}).empty());
  REQUIRE(list({{"disposition", "do_not_contact"}}) == Names{""});
  REQUIRE(list({{"source", "another"}}).empty());
  REQUIRE(list({{"source", "marketplace"}}).size() == 4);
  REQUIRE(list({{"from", "2026-01-01T00:01:00Z"}}).size() == 2);
  REQUIRE(list({{"to", "2026-01-01T00:01:00Z"}}) == Names{"Elsewhere", "Pending"});
  REQUIRE(list({{"from", "2026-01-01T01:01:00+01:00"}}).size() == 2);
  REQUIRE(list({{"state", ""}, {"source", ""}, {"cursor", ""}}).size() == 4);
  REQUIRE(admin.get_json("/api/v1/leads", {{"state", "dead"}}).at("leads").at(0).at("id") == to_string(dead));
}

TEST_CASE("a lead that no destination wants is shown as such, and can be listed with its like") {
  AdminFixture admin;
  const Uuid wanted = admin.add_lead();
  const Uuid unwanted = admin.add_lead_without_deliveries();
  REQUIRE(admin.get_json(AdminFixture::path_of(wanted)).at("unrouted") == false);
  REQUIRE(admin.get_json(AdminFixture::path_of(unwanted)).at("unrouted") == true);
  REQUIRE(admin.get_json("/api/v1/leads", {{"unrouted", ""}}).at("leads").size() == 2);
  const auto listed = admin.get_json("/api/v1/leads", {{"unrouted", "true"}}).at("leads");
  REQUIRE(listed.size() == 1);
  REQUIRE(listed.at(0).at("id") == to_string(unwanted));
  REQUIRE(listed.at(0).at("unrouted") == true);
}

TEST_CASE("a wrong parameter is refused by name, with what it takes") {
  AdminFixture admin;
  struct Case {
    std::string name;
    std::string value;
    std::string told;
  };
  const std::vector<Case> cases{
      {"state", "lost", "pending, claimed, delivered, dead, held, discarded"},
      {"disposition", "x", "deliver, test, do_not_contact, duplicate, probe, quarantined"},
      {"limit", "0", "from 1 to 500"},
      {"limit", "501", "from 1 to 500"},
      {"limit", "-1", "from 1 to 500"},
      {"limit", "ten", "from 1 to 500"},
      {"limit", "5x", "from 1 to 500"},
      {"limit", "99999999999999999999", "from 1 to 500"},
      {"from", "yesterday", "RFC 3339"},
      {"to", "2026-01-01T00:00:00 01:00", "%2B"},
      {"cursor", "garbage", "next_cursor"},
      {"cursor", "42", "next_cursor"},
      {"cursor", "6265666f72653a", "next_cursor"},
      {"cursor", std::string(10'000, 'a'), "next_cursor"},
      {"unrouted", "false", "true, or nothing"},
      {"q", " - ", "an e-mail address or its beginning"},
      {"masked", "yes", "true, or nothing"},
      {"offset", "10", "known are state, source, destination"},
  };
  for (const auto& each : cases) {
    const auto response = admin.get("/api/v1/leads", {{each.name, each.value}});
    REQUIRE(response.status == 400);
    REQUIRE(error_code(response) == "bad_parameter");
    REQUIRE(error_message(response).find("\"" + each.name + "\"") != std::string::npos);
    REQUIRE(error_message(response).find(each.told) != std::string::npos);
    REQUIRE(nlohmann::json::parse(response.body).at("error").at("parameter") == each.name);
  }
}

TEST_CASE("a parameter given twice is refused, as is one that is not text") {
  AdminFixture admin;
  REQUIRE(admin.get("/api/v1/leads", {{"state", "dead"}, {"state", "held"}}).status == 400);
  REQUIRE(admin.get("/api/v1/leads", {{"\xff\xfe", "x"}}).status == 400);
  REQUIRE(admin.get("/api/v1/leads", {{"source", std::string("\xff\0'\"", 4)}}).status == 200);
}

TEST_CASE("a cursor says the number it was made of, for the largest numbers too") {
  for (const std::int64_t number :
       {std::int64_t{1}, std::int64_t{42}, std::numeric_limits<std::int64_t>::max()}) {
    http::Request request;
    request.query = {{"cursor", admin::make_cursor(number)}};
    REQUIRE(std::get<admin::LeadQuery>(admin::parse_lead_query(request)).before == number);
  }
}

TEST_CASE("a shown lead has its whole history") {
  AdminFixture admin;
  const Uuid id = admin.add_dead_lead("http_422");
  const auto lead = admin.get_json(AdminFixture::path_of(id));
  REQUIRE(lead.at("id") == to_string(id));
  REQUIRE(lead.at("disposition_reason").is_null());
  REQUIRE(lead.at("remote_address") == "127.0.0.1");
  REQUIRE(lead.at("headers").at("Content-Type") == "application/json");
  REQUIRE(lead.at("payload").at("bytes") == 18);
  REQUIRE(lead.at("payload").at("sha256") == to_hex(sha256(R"({"UserDetails":{}})")));
  REQUIRE(lead.at("audit").is_array());
  REQUIRE(lead.at("revisions") == nlohmann::json::array());
  REQUIRE(lead.at("duplicate_count") == 0);
  REQUIRE(lead.at("test_sent_at").is_null());

  const auto delivery = lead.at("deliveries").at(0);
  REQUIRE(delivery.at("state") == "dead");
  REQUIRE(delivery.at("cause") == "http_422");
  REQUIRE(delivery.at("next_attempt_at").is_null());
  const auto attempt = delivery.at("attempts").at(0);
  REQUIRE(attempt.at("number") == 1);
  REQUIRE(attempt.at("started_at") == "2026-01-01T00:00:00.000Z");
  REQUIRE(attempt.at("duration_ms") == 0);
  REQUIRE(attempt.at("outcome") == "rejected");
  REQUIRE(attempt.at("http_status") == 422);
  REQUIRE(attempt.at("detail") == "missing required field company");
}

TEST_CASE("a lead shows how many duplicates it has, and each of those which lead it repeats") {
  AdminFixture admin;
  outbox::NewLead lead;
  lead.source = "marketplace";
  lead.receipt = StoreFixture::receipt();
  lead.deliveries = {{"crm", std::nullopt}};
  lead.content_sha256 = sha256("the same");
  lead.dedupe_window = std::chrono::hours{1};
  const Uuid first = admin.add(lead);
  const Uuid second = admin.add(lead);
  admin.add(lead);
  const auto shown = admin.get_json(AdminFixture::path_of(first));
  REQUIRE(shown.at("duplicate_count") == 2);
  REQUIRE(shown.at("duplicate_of").is_null());
  const auto duplicate = admin.get_json(AdminFixture::path_of(second));
  REQUIRE(duplicate.at("duplicate_of") == to_string(first));
  REQUIRE(duplicate.at("duplicate_count") == 0);
}

TEST_CASE("a test lead shows when the marketplace sent it") {
  AdminFixture admin;
  outbox::NewLead lead;
  lead.source = "marketplace";
  lead.receipt = StoreFixture::receipt();
  lead.disposition = Disposition::test;
  lead.disposition_reason = "first_name begins with MSFT_TEST_";
  lead.fields.first_name = "MSFT_TEST_636573304831318844";
  const auto shown = admin.get_json(AdminFixture::path_of(admin.add(lead)));
  REQUIRE(shown.at("test_sent_at") == "2018-03-22T15:48:03.131Z");
}

TEST_CASE("a delivered lead shows when, and under which id the CRM has it") {
  AdminFixture admin;
  const Uuid id = admin.add_lead();
  const auto claims = admin.claim();
  admin.clock.advance(Milliseconds{1'500});
  AttemptOutcome outcome;
  outcome.outcome = Outcome::delivered;
  outcome.http_status = 201;
  outcome.remote_id = "crm-7";
  REQUIRE(admin.finish(claims.at(0), outcome));
  const auto delivery = admin.get_json(AdminFixture::path_of(id)).at("deliveries").at(0);
  REQUIRE(delivery.at("state") == "delivered");
  REQUIRE(delivery.at("delivered_at") == "2026-01-01T00:00:01.500Z");
  REQUIRE(delivery.at("remote_id") == "crm-7");
  REQUIRE(delivery.at("cause").is_null());
}

TEST_CASE("an answer of a CRM that is no UTF-8 does not keep its lead from being shown") {
  AdminFixture admin;
  const Uuid id = admin.add_lead();
  AttemptOutcome outcome;
  outcome.outcome = Outcome::rejected;
  outcome.cause = "http_400";
  outcome.detail = "caf\xe9";
  REQUIRE(admin.finish(admin.claim().at(0), outcome));
  const auto lead = admin.get_json(AdminFixture::path_of(id));
  REQUIRE(lead.at("deliveries").at(0).at("attempts").at(0).at("detail") == "caf\xef\xbf\xbd");
}

TEST_CASE("an unknown lead is 404, and so is what is no id") {
  AdminFixture admin;
  admin.add_lead();
  for (const char* id : {"0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f", "1", "../status", "\xff"}) {
    for (const char* rest : {"", "/payload"}) {
      const auto response = admin.get(std::string("/api/v1/leads/") + id + rest);
      REQUIRE(response.status == 404);
    }
  }
}

TEST_CASE("a payload comes back byte for byte") {
  AdminFixture admin;
  const auto fetch = [&](const std::string& bytes) {
    outbox::NewLead lead;
    lead.source = "marketplace";
    lead.disposition = Disposition::quarantined;
    lead.disposition_reason = "unreadable";
    lead.receipt = StoreFixture::receipt(bytes);
    return admin.get(AdminFixture::path_of(admin.add(lead)) + "/payload");
  };

  const std::string wild("\0<script>\r\n\xff\xfe\0", 14);
  const auto unreadable = fetch(wild);
  REQUIRE(unreadable.status == 200);
  REQUIRE(unreadable.body == wild);
  REQUIRE(unreadable.content_type == "application/octet-stream");
  REQUIRE(http::find_header(unreadable.headers, "Content-Disposition").starts_with("attachment"));

  const auto readable = fetch(" {\"a\" : 1}\n");
  REQUIRE(readable.body == " {\"a\" : 1}\n");
  REQUIRE(readable.content_type == "application/json");
  REQUIRE(http::find_header(readable.headers, "Content-Disposition").starts_with("attachment"));

  REQUIRE(fetch("").body.empty());
  const std::string deep(100'000, '[');
  REQUIRE(fetch(deep).body == deep);
}

}  // namespace leadspool::test

// The receiver on a real store, without sockets: each row of the design's table of requests and answers.
#include "receiver/receiver.h"

#include <nlohmann/json.hpp>

#include "support/captured_log.h"
#include "support/catch.h"
#include "support/sample_leads.h"
#include "support/store_fixture.h"

using namespace leadspool;
using Json = nlohmann::json;
using receiver::Receiver;
using receiver::ReceiverOptions;
using receiver::Rule;
using receiver::Source;

namespace {

const std::string kKey = "k3y-of-the-marketplace";
const std::string kNewKey = "k3y-after-rotation";
const std::string kOtherKey = "k3y-of-another-source";

ReceiverOptions default_options() {
  ReceiverOptions options;
  options.sources = {{"marketplace", {sha256(kKey), sha256(kNewKey)}, Rule::deliver, Rule::hold},
                     {"website", {sha256(kOtherKey)}, Rule::deliver, Rule::hold},
                     {"keyless", {}, Rule::deliver, Rule::hold}};
  options.destinations = {"crm", "mail"};
  return options;
}

struct Front {
  explicit Front(ReceiverOptions options = default_options()) : Front(std::move(options), store.intake) {}
  Front(ReceiverOptions options, outbox::Intake& intake) : receiver(std::move(options), intake) {
    receiver.add_routes(router);
  }

  http::Response post(std::string body, const std::string& source = "marketplace",
                      const std::string& key = kKey, std::vector<http::Header> more_headers = {}) {
    http::Request request;
    request.method = "POST";
    request.path = "/leads/" + source;
    request.query = {{"key", key}};
    request.headers = {{"Content-Type", "application/json"}, {"X-Original-URL", "/leads/x?key=" + key}};
    for (auto& header : more_headers) request.headers.push_back(std::move(header));
    request.body = std::move(body);
    request.remote_address = "203.0.113.7";
    return router.handle(request);
  }

  [[nodiscard]] outbox::LeadDetail stored(const http::Response& answer) {
    const auto id = parse_uuid(Json::parse(answer.body).at("id").get<std::string>());
    REQUIRE(id.has_value());
    auto found = store.reader.find(*id);
    REQUIRE(found.has_value());
    return *found;
  }

  [[nodiscard]] std::int64_t lead_count() { return store.reader.status().leads; }

  test::StoreFixture store;
  Receiver receiver;
  http::Router router;
};

std::string all_of(const http::Response& response) {
  std::string text = std::to_string(response.status) + "\n" + response.content_type + "\n";
  for (const auto& header : response.headers) text += header.name + ": " + header.value + "\n";
  return text + response.body;
}

std::string hex_of(std::string_view body) { return to_hex(sha256(body)); }

}  // namespace

TEST_CASE("a readable lead is stored with a delivery to each destination, and its 202 is a receipt") {
  Front front;
  const std::string body = test::sample_lead_body("official.json");
  const auto answer = front.post(body);
  REQUIRE(answer.status == 202);
  REQUIRE(answer.content_type == "application/json");
  const auto json = Json::parse(answer.body);
  REQUIRE(json.size() == 3);
  REQUIRE(json["status"] == "accepted");
  REQUIRE(json["sha256"] == hex_of(body));

  const auto stored = front.stored(answer);
  const Lead& lead = stored.view.lead;
  REQUIRE(lead.source == "marketplace");
  REQUIRE(lead.disposition == Disposition::deliver);
  REQUIRE(lead.disposition_reason.empty());
  REQUIRE(lead.fields.email == "someone@contoso.com");
  REQUIRE(stored.remote_address == "203.0.113.7");
  REQUIRE(stored.headers_json == R"({"content-type":"application/json"})");
  REQUIRE(front.store.reader.payload(lead.id) == body);
  REQUIRE(stored.view.deliveries.size() == 2);
  REQUIRE(stored.view.deliveries[0].destination == "crm");
  REQUIRE(stored.view.deliveries[1].destination == "mail");
  for (const auto& delivery : stored.view.deliveries) REQUIRE(delivery.state == State::pending);
}

TEST_CASE("every key of a source opens, in the address or as a bearer token") {
  Front front;
  REQUIRE(front.post("", "marketplace", kNewKey).status == 202);
  REQUIRE(front.post("", "website", kOtherKey).status == 202);
  for (const std::string_view scheme : {"Bearer ", "bearer ", "BEARER "}) {
    http::Request request;
    request.method = "POST";
    request.path = "/leads/marketplace";
    request.headers = {{"authorization", std::string(scheme) + kKey}, {"X-Kept", "yes"}};
    const auto answer = front.router.handle(request);
    REQUIRE(answer.status == 202);
    REQUIRE(front.stored(answer).headers_json == R"({"x-kept":"yes"})");
  }
}

TEST_CASE("an unknown source, a wrong key and no key get the same bytes, and nothing is stored") {
  Front front;
  const std::string body = test::sample_lead_body("official.json");
  const std::string expected = all_of(front.post(body, "nobody", kKey));
  REQUIRE(expected.starts_with("404\n"));
  REQUIRE(all_of(front.post(body, "marketplace", "wrong")) == expected);
  REQUIRE(all_of(front.post(body, "marketplace", "")) == expected);
  REQUIRE(all_of(front.post(body, "marketplace", kOtherKey)) == expected);
  REQUIRE(all_of(front.post(body, "website", kKey)) == expected);
  REQUIRE(all_of(front.post(body, "Marketplace", kKey)) == expected);
  REQUIRE(all_of(front.post(body, "marketplace", kKey + "x")) == expected);
  REQUIRE(all_of(front.post(body, "marketplace", hex_of(kKey))) == expected);
  REQUIRE(all_of(front.post(body, "keyless", "")) == expected);
  REQUIRE(all_of(front.post(body, "keyless", kKey)) == expected);
  REQUIRE(all_of(front.post("", "marketplace", "wrong")) == expected);
  REQUIRE(all_of(front.post("{", "marketplace", "wrong")) == expected);

  for (const std::string& value :
       {std::string("Basic ") + kKey, kKey, std::string("Bearer"), std::string("Bearer x")}) {
    http::Request request;
    request.method = "POST";
    request.path = "/leads/marketplace";
    request.headers = {{"Authorization", value}};
    REQUIRE(all_of(front.router.handle(request)) == expected);
  }
  REQUIRE(front.lead_count() == 0);
}

TEST_CASE("another method is refused whether or not the source exists") {
  Front front;
  for (const std::string source : {"marketplace", "nobody"}) {
    http::Request request;
    request.method = "GET";
    request.path = "/leads/" + source;
    REQUIRE(front.router.handle(request).status == 405);
  }
}

TEST_CASE("an empty body is a probe: stored, and never delivered") {
  Front front;
  for (const std::string_view body : {"", " \n", "\xEF\xBB\xBF"}) {
    const auto answer = front.post(std::string(body));
    REQUIRE(answer.status == 202);
    const auto json = Json::parse(answer.body);
    REQUIRE(json.size() == 2);
    REQUIRE(json["status"] == "probe");
    const auto stored = front.stored(answer);
    REQUIRE(stored.view.lead.disposition == Disposition::probe);
    REQUIRE(stored.view.lead.disposition_reason == "empty body: a connectivity test");
    REQUIRE(stored.view.deliveries.empty());
    REQUIRE(front.store.reader.payload(stored.view.lead.id) == body);
  }
}

TEST_CASE("an unreadable body is refused by name and kept byte for byte") {
  Front front;
  const std::pair<std::string, std::string> table[] = {
      {test::sample_lead_body("broken-missing-comma.json"), "not_json"},
      {"[1]", "not_an_object"},
      {"{\"a\":\"\xFF\"}", "invalid_utf8"},
      {std::string("{\0}", 3), "nul_byte"},
      {"{\"a\":" + std::string(100'000, '['), "too_deep"},
      {R"({"LeadSource":"a","LEADSOURCE":"b"})", "duplicate_key"},
      {R"({"LeadSource":[]})", "not_text"},
      {R"({"LeadSource":")" + std::string(20'000, 'x') + "\"}", "too_long"},
      {R"({"hello":"world"})", "no_known_field"},
  };
  for (const auto& [body, code] : table) {
    INFO(code);
    const auto answer = front.post(body);
    REQUIRE(answer.status == 422);
    const auto json = Json::parse(answer.body);
    REQUIRE(json["error"]["code"] == code);
    const auto stored = front.stored(answer);
    REQUIRE(stored.view.lead.disposition == Disposition::quarantined);
    REQUIRE(stored.view.lead.disposition_reason == code + ": " + json["error"]["message"].get<std::string>());
    REQUIRE(stored.view.lead.fields == LeadFields{});
    REQUIRE(stored.view.deliveries.empty());
    REQUIRE(front.store.reader.payload(stored.view.lead.id) == body);
  }
}

TEST_CASE("a compressed body is kept as it came, with the header that says how to unpack it") {
  Front front;
  const std::string body("\x1f\x8b\x08\0 not really", 15);
  const auto answer = front.post(body, "marketplace", kKey, {{"Content-Encoding", "gzip"}});
  REQUIRE(answer.status == 422);
  REQUIRE(Json::parse(answer.body)["error"]["code"] == "compressed");
  const auto stored = front.stored(answer);
  REQUIRE(stored.view.lead.disposition == Disposition::quarantined);
  REQUIRE(Json::parse(stored.headers_json)["content-encoding"] == "gzip");
  REQUIRE(front.store.reader.payload(stored.view.lead.id) == body);
}

TEST_CASE("a test lead goes out or waits, as the source says") {
  for (const Rule rule : {Rule::deliver, Rule::hold}) {
    auto options = default_options();
    options.sources[0].test_leads = rule;
    Front front(std::move(options));
    const auto answer = front.post(test::sample_lead_body("test-lead.json"));
    REQUIRE(Json::parse(answer.body)["status"] == "accepted");
    const auto stored = front.stored(answer);
    REQUIRE(stored.view.lead.disposition == Disposition::test);
    REQUIRE_FALSE(stored.view.lead.disposition_reason.empty());
    REQUIRE(stored.view.deliveries.size() == 2);
    for (const auto& delivery : stored.view.deliveries) {
      REQUIRE(delivery.state == (rule == Rule::hold ? State::held : State::pending));
      REQUIRE(delivery.held_reason.empty() == (rule == Rule::deliver));
    }
  }
}

TEST_CASE("a person who is not to be contacted waits or goes out, as the source says") {
  for (const Rule rule : {Rule::deliver, Rule::hold}) {
    auto options = default_options();
    options.sources[0].do_not_contact = rule;
    Front front(std::move(options));
    const auto stored = front.stored(front.post(test::sample_lead_body("do-not-contact.json")));
    REQUIRE(stored.view.lead.disposition == Disposition::do_not_contact);
    REQUIRE(stored.view.deliveries.size() == 2);
    for (const auto& delivery : stored.view.deliveries) {
      REQUIRE(delivery.state == (rule == Rule::hold ? State::held : State::pending));
    }
  }
}

TEST_CASE("a lead that cannot be stored gets a 503 that says when to come back, whatever its body") {
  Front usual;
  outbox::Intake full{{.minimum_free_bytes = ~0ull},
                      usual.store.path,
                      usual.store.committer,
                      usual.store.clock,
                      usual.store.random};
  auto options = default_options();
  options.retry_after = std::chrono::seconds{45};
  Front front(std::move(options), full);
  const test::CapturedLog log;
  for (const std::string& body : {test::sample_lead_body("official.json"), std::string{}, std::string("{")}) {
    const auto answer = front.post(body);
    REQUIRE(answer.status == 503);
    REQUIRE(http::find_header(answer.headers, "Retry-After") == "45");
    REQUIRE(Json::parse(answer.body)["error"]["code"] == "not_stored");
    REQUIRE_FALSE(Json::parse(answer.body).contains("id"));
  }
  REQUIRE(front.post("", "marketplace", "wrong").status == 404);
  REQUIRE(usual.lead_count() == 0);
  REQUIRE(log.text().find("lead_not_stored") != std::string::npos);
}

TEST_CASE("refusals are logged by powers of two, and so is the return of the store") {
  receiver::RefusalLog refusals;
  const test::CapturedLog log;
  const auto lines = [&] {
    const std::string text = log.text();
    return std::count(text.begin(), text.end(), '\n');
  };
  refusals.stored();
  REQUIRE(lines() == 0);
  for (int i = 0; i < 1'000; ++i) refusals.refused({"the disk is full", false});
  REQUIRE(lines() == 10);  // 1, 2, 4 ... 512
  refusals.stored();
  REQUIRE(lines() == 11);
  REQUIRE(log.text().find("leads_stored_again refused=1000") != std::string::npos);
  refusals.stored();
  REQUIRE(lines() == 11);
  refusals.refused({"the disk is full", false});
  REQUIRE(lines() == 12);
}

TEST_CASE("no key and nothing personal reaches the log or the store's rows about the request") {
  Front front;
  const test::CapturedLog log;
  for (const std::string& body : {test::sample_lead_body("official.json"),
                                  test::sample_lead_body("broken-missing-comma.json"), std::string{}}) {
    const auto stored = front.stored(front.post(body));
    REQUIRE(stored.headers_json.find(kKey) == std::string::npos);
    REQUIRE(stored.view.lead.disposition_reason.find(kKey) == std::string::npos);
  }
  REQUIRE(front.post("{}", "marketplace", "wr0ng-key").status == 404);
  const std::string text = log.text();
  REQUIRE(text.find("lead_accepted") != std::string::npos);
  REQUIRE(text.find("disposition=deliver") != std::string::npos);
  REQUIRE(text.find("disposition=probe") != std::string::npos);
  REQUIRE(text.find("lead_quarantined") != std::string::npos);
  for (const std::string_view secret :
       {std::string_view(kKey), std::string_view("wr0ng-key"), std::string_view("contoso"),
        std::string_view("Some"), std::string_view("1617")}) {
    INFO(secret);
    REQUIRE(text.find(secret) == std::string::npos);
  }
}

// The receiver on a real store, without sockets: each row of the design's table of requests and answers.
#include "receiver/receiver.h"

#include "receiver/front.h"

using namespace leadspool;
using Json = nlohmann::json;
using receiver::Rule;
using test::all_of;
using test::default_options;
using test::Front;
using test::hex_of;
using test::kKey;
using test::kNewKey;
using test::kOtherKey;

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
  REQUIRE(front.send({"", "marketplace", kNewKey}).status == 202);
  REQUIRE(front.send({"", "website", kOtherKey}).status == 202);
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
  const std::string expected = all_of(front.send({body, "nobody", kKey}));
  REQUIRE(expected.starts_with("404\n"));
  REQUIRE(all_of(front.send({body, "marketplace", "wrong"})) == expected);
  REQUIRE(all_of(front.send({body, "marketplace", ""})) == expected);
  REQUIRE(all_of(front.send({body, "marketplace", kOtherKey})) == expected);
  REQUIRE(all_of(front.send({body, "website", kKey})) == expected);
  REQUIRE(all_of(front.send({body, "Marketplace", kKey})) == expected);
  REQUIRE(all_of(front.send({body, "marketplace", kKey + "x"})) == expected);
  REQUIRE(all_of(front.send({body, "marketplace", hex_of(kKey)})) == expected);
  REQUIRE(all_of(front.send({body, "keyless", ""})) == expected);
  REQUIRE(all_of(front.send({body, "keyless", kKey})) == expected);
  REQUIRE(all_of(front.send({"", "marketplace", "wrong"})) == expected);
  REQUIRE(all_of(front.send({"{", "marketplace", "wrong"})) == expected);

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
  REQUIRE(front.send({"", "marketplace", "wrong"}).status == 404);
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
  REQUIRE(front.send({"{}", "marketplace", "wr0ng-key"}).status == 404);
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

// A lead that comes again: by what it says, or by the sender's own key for it.
#include "receiver/front.h"

using namespace leadspool;
using Json = nlohmann::json;
using test::all_of;
using test::Front;
using test::hex_of;
using test::kOtherKey;

namespace {

http::Response post_keyed(Front& front, std::string body, std::string key,
                          std::string header = "Idempotency-Key") {
  return front.send({.body = std::move(body), .headers = {{std::move(header), std::move(key)}}});
}

std::string lead_of(const std::string& name) {
  return R"({"LeadSource":"AzureMarketplace","UserDetails":{"Email":")" + name + R"(@contoso.com"}})";
}

}  // namespace

TEST_CASE("the same lead again is stored, linked to the first, and held") {
  Front front;
  const std::string body = test::sample_lead_body("official.json");
  const auto first = Json::parse(front.post(body).body);
  const test::CapturedLog log;
  // The same in other words: other letters, other white space, a BOM.
  for (const std::string name : {"official.json", "camel-case.json", "with-bom.json"}) {
    INFO(name);
    const std::string again = test::sample_lead_body(name);
    const auto answer = front.post(again);
    REQUIRE(answer.status == 202);
    const auto json = Json::parse(answer.body);
    REQUIRE(json.size() == 4);
    REQUIRE(json["status"] == "duplicate");
    REQUIRE(json["duplicate_of"] == first["id"]);
    REQUIRE(json["sha256"] == hex_of(again));
    const auto stored = front.stored(answer);
    REQUIRE(stored.view.lead.disposition == Disposition::duplicate);
    REQUIRE(first["id"] == to_string(stored.view.lead.duplicate_of.value()));
    REQUIRE(stored.view.deliveries.size() == 2);
    for (const auto& delivery : stored.view.deliveries) {
      REQUIRE(delivery.state == State::held);
      REQUIRE_FALSE(delivery.held_reason.empty());
    }
  }
  REQUIRE(log.text().find("disposition=duplicate") != std::string::npos);
}

TEST_CASE("another person, another source and a later time make another lead") {
  Front front;
  REQUIRE(Json::parse(front.post(lead_of("a")).body)["status"] == "accepted");
  REQUIRE(Json::parse(front.post(lead_of("b")).body)["status"] == "accepted");
  const auto elsewhere = front.send({.body = lead_of("a"), .source = "website", .key = kOtherKey});
  REQUIRE(Json::parse(elsewhere.body)["status"] == "accepted");
  front.store.clock.advance(std::chrono::hours{24});
  REQUIRE(Json::parse(front.post(lead_of("a")).body)["status"] == "duplicate");
  front.store.clock.advance(std::chrono::milliseconds{1});
  REQUIRE(Json::parse(front.post(lead_of("a")).body)["status"] == "accepted");
}

TEST_CASE("without a window nothing is a duplicate") {
  auto options = test::default_options();
  options.dedupe_window = std::chrono::milliseconds{0};
  Front front(options);
  REQUIRE(Json::parse(front.post(lead_of("a")).body)["status"] == "accepted");
  REQUIRE(Json::parse(front.post(lead_of("a")).body)["status"] == "accepted");
}

TEST_CASE("leads that name nobody, probes and what is quarantined are never duplicates") {
  Front front;
  for (int i = 0; i < 2; ++i) {
    REQUIRE(Json::parse(front.post(test::sample_lead_body("blank-user.json")).body)["status"] == "accepted");
    REQUIRE(Json::parse(front.post("").body)["status"] == "probe");
    REQUIRE(front.post("{").status == 422);
  }
}

TEST_CASE("test leads and people not to be contacted have duplicates, too") {
  auto options = test::default_options();
  options.sources[0].do_not_contact = receiver::Rule::deliver;
  Front front(options);
  for (const std::string name : {"test-lead.json", "do-not-contact.json"}) {
    INFO(name);
    const auto first = front.post(test::sample_lead_body(name));
    REQUIRE(front.stored(first).view.deliveries[0].state == State::pending);
    const auto again = front.post(test::sample_lead_body(name));
    REQUIRE(Json::parse(again.body)["duplicate_of"] == Json::parse(first.body)["id"]);
    REQUIRE(front.stored(again).view.deliveries[0].state == State::held);
  }
}

TEST_CASE("the sender's key decides over the content: the same key gets the first answer for good") {
  Front front;
  const test::CapturedLog log;
  for (const std::string header : {"Idempotency-Key", "webhook-id"}) {
    const std::string first = all_of(post_keyed(front, lead_of("a"), header + "-1", header));
    REQUIRE(first.starts_with("202\n"));
    const auto count = front.lead_count();
    REQUIRE(all_of(post_keyed(front, lead_of("a"), header + "-1", header)) == first);
    REQUIRE(all_of(post_keyed(front, lead_of("a"), " " + header + "-1 ", header)) == first);
    front.store.clock.advance(std::chrono::hours{24 * 365});
    REQUIRE(all_of(post_keyed(front, lead_of("a"), header + "-1", header)) == first);
    REQUIRE(front.lead_count() == count);
  }
  const std::string text = log.text();
  REQUIRE(text.find("lead_repeated") != std::string::npos);
  REQUIRE(text.find("Idempotency-Key-1") == std::string::npos);
  REQUIRE(text.find("webhook-id-1") == std::string::npos);
}

TEST_CASE("a key that comes again with another body is answered as at first, and the body is kept") {
  Front front;
  const std::string first = all_of(post_keyed(front, lead_of("a"), "1"));
  for (const std::string& body : {lead_of("b"), std::string{}, std::string("{")}) {
    const test::CapturedLog log;
    const auto count = front.lead_count();
    const auto answer = post_keyed(front, body, "1");
    REQUIRE(all_of(answer) == first);
    REQUIRE(front.lead_count() == count + 1);
    const auto newest = front.store.reader.list({}, 1, std::nullopt).leads.at(0).lead.id;
    REQUIRE(front.store.reader.payload(newest) == body);
    const std::string text = log.text();
    REQUIRE(text.find("lead_key_reused") != std::string::npos);
    REQUIRE(text.find(to_string(newest)) != std::string::npos);
    REQUIRE(text.find(to_string(front.stored(answer).view.lead.id)) != std::string::npos);
  }
}

TEST_CASE("two keys of the sender are two leads, whatever they say") {
  Front front;
  const auto first = post_keyed(front, lead_of("a"), "1");
  const auto second = post_keyed(front, lead_of("a"), "2");
  REQUIRE(Json::parse(second.body)["status"] == "accepted");
  REQUIRE(Json::parse(first.body)["id"] != Json::parse(second.body)["id"]);
  for (const auto& delivery : front.stored(second).view.deliveries) REQUIRE(delivery.state == State::pending);
  REQUIRE(Json::parse(front.stored(first).headers_json)["idempotency-key"] == "1");
}

TEST_CASE("a key of the sender counts for its source alone") {
  Front front;
  const auto first = post_keyed(front, lead_of("a"), "1");
  const auto second = front.send(
      {.body = lead_of("a"), .source = "website", .key = kOtherKey, .headers = {{"Idempotency-Key", "1"}}});
  REQUIRE(second.status == 202);
  REQUIRE(Json::parse(first.body)["id"] != Json::parse(second.body)["id"]);
}

TEST_CASE("long keys of the sender are told apart") {
  Front front;
  const std::string start(5'000, 'k');
  const auto first = all_of(post_keyed(front, lead_of("a"), start + "1"));
  REQUIRE(all_of(post_keyed(front, lead_of("a"), start + "2")) != first);
  REQUIRE(all_of(post_keyed(front, lead_of("a"), start + "1")) == first);
}

TEST_CASE("whatever came with a key is answered again as at first") {
  Front front;
  for (const std::string& body : {std::string("{"), test::sample_lead_body("do-not-contact.json"),
                                  std::string(R"({"LeadSource":[]})")}) {
    const std::string key = "key of " + hex_of(body).substr(0, 8);
    const std::string first = all_of(post_keyed(front, body, key));
    const auto count = front.lead_count();
    REQUIRE(all_of(post_keyed(front, body, key)) == first);
    REQUIRE(front.lead_count() == count);
  }
}

TEST_CASE("a probe or an unreadable body does not keep the lead out that comes with its key") {
  Front front;
  for (const std::string& body : {std::string{}, std::string("{"), std::string(R"({"LeadSource":[]})")}) {
    const std::string key = "key of " + hex_of(body).substr(0, 8);
    const auto before = post_keyed(front, body, key);
    const auto answer = post_keyed(front, lead_of("after " + key), key);
    REQUIRE(Json::parse(answer.body)["status"] == "accepted");
    REQUIRE(Json::parse(answer.body)["id"] != Json::parse(before.body)["id"]);
    for (const auto& delivery : front.stored(answer).view.deliveries) {
      REQUIRE(delivery.state == State::pending);
    }
  }
}

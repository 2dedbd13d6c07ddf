// Every sample payload with the answer it gets, the columns it fills, and whether it waits.
#include <filesystem>

#include "receiver/front.h"

using namespace leadspool;
using Json = nlohmann::json;
using test::Front;
using test::hex_of;
using test::sample_lead_body;

namespace {

struct Expected {
  std::string sample;
  int status;
  std::string word;  // "status" of a 202, the error's code of a 422
  Disposition disposition;
  State state;  // of each delivery; a probe and a quarantined lead have none
  LeadFields fields;
};

// What most samples say.
LeadFields usual() {
  return {.first_name = "Some",
          .last_name = "One",
          .email = "someone@contoso.com",
          .phone = "16175555555",
          .country = "USA",
          .company = "Contoso",
          .title = "Esquire",
          .offer_title = "Test Microsoft",
          .lead_source = "AzureMarketplace",
          .action_code = "INS",
          .description = "Test run through Power Automate"};
}

template <typename Change>
LeadFields usual_but(Change change) {
  LeadFields fields = usual();
  change(fields);
  return fields;
}

std::vector<Expected> table() {
  const std::string mark = "MSFT_TEST_636573304831318844";
  return {
      {"official.json", 202, "accepted", Disposition::deliver, State::pending, usual()},
      {"camel-case.json", 202, "accepted", Disposition::deliver, State::pending, usual()},
      {"with-bom.json", 202, "accepted", Disposition::deliver, State::pending, usual()},
      {"null-fields.json", 202, "accepted", Disposition::deliver, State::pending,
       usual_but([](auto& fields) { fields.phone = fields.title = fields.description = ""; })},
      {"blank-user.json",
       202,
       "accepted",
       Disposition::deliver,
       State::pending,
       {.offer_title = "Test Microsoft",
        .lead_source = "AzureMarketplace",
        .action_code = "INS",
        .description = "Test run through Power Automate"}},
      {"no-user-details.json",
       202,
       "accepted",
       Disposition::deliver,
       State::pending,
       {.offer_title = "Contoso VM",
        .lead_source = "AzureMarketplace-Create|contoso.contoso-vm",
        .publisher = "contoso",
        .offer_id = "contoso-vm",
        .action_code = "Create"}},
      {"full-lead-source.json", 202, "accepted", Disposition::deliver, State::pending,
       usual_but([](auto& fields) {
         fields.offer_title = "Contoso Analytics";
         fields.lead_source = "AppSource (SPZA)-PLT|contoso.contoso-analytics.v2";
         fields.publisher = "contoso";
         fields.offer_id = "contoso-analytics.v2";
         fields.action_code = "PLT";
         fields.description = "Please call me next week.\nWe run 40 sites.";
       })},
      {"unicode.json", 202, "accepted", Disposition::deliver, State::pending, usual_but([](auto& fields) {
         fields.first_name = "Zoë";
         fields.last_name = "Nguyễn-Müller 🚀";
         fields.email = "zoë@exämple.com";
         fields.phone = "+84 (0)24 3999 9999";
         fields.country = "Việt Nam";
         fields.company = "株式会社コントソ";
         fields.title = "Geschäftsführerin";
       })},
      {"test-lead.json",
       202,
       "accepted",
       Disposition::test,
       State::pending,
       {.first_name = mark,
        .last_name = mark,
        .email = mark + "@test.com",
        .phone = "1234567890",
        .country = "US",
        .company = mark,
        .title = mark,
        .offer_title = mark,
        .lead_source = mark + "-" + mark + "|Contoso Analytics",
        .offer_id = "Contoso Analytics",
        .action_code = mark,
        .description = mark}},
      {"do-not-contact.json", 202, "accepted", Disposition::do_not_contact, State::held,
       usual_but([](auto& fields) {
         fields.lead_source = "AppSource (SPZA)-DNC|contoso.contoso-analytics";
         fields.publisher = "contoso";
         fields.offer_id = "contoso-analytics";
         fields.action_code = "DNC";
       })},
      {"empty-body", 202, "probe", Disposition::probe, State::pending, {}},
      {"broken-missing-comma.json", 422, "not_json", Disposition::quarantined, State::pending, {}},
  };
}

std::string word_of(const http::Response& answer) {
  const auto json = Json::parse(answer.body);
  return answer.status == 202 ? json.at("status") : json.at("error").at("code");
}

}  // namespace

TEST_CASE("every sample gets its answer, and its fields in their columns") {
  std::size_t count = 0;
  for (const auto& expected : table()) {
    INFO(expected.sample);
    ++count;
    Front front;
    const std::string body = sample_lead_body(expected.sample);
    const auto answer = front.post(body);
    REQUIRE(answer.status == expected.status);
    REQUIRE(word_of(answer) == expected.word);
    const auto stored = front.stored(answer);
    REQUIRE(stored.view.lead.disposition == expected.disposition);
    REQUIRE(stored.view.lead.disposition_reason.empty() == (expected.disposition == Disposition::deliver));
    for (const auto& field : kLeadFields) {
      INFO(field.name);
      REQUIRE(stored.view.lead.fields.*field.member == expected.fields.*field.member);
    }
    REQUIRE(front.store.reader.payload(stored.view.lead.id) == body);
    const bool is_lead = expected.disposition != Disposition::probe && expected.status == 202;
    REQUIRE(stored.view.deliveries.size() == (is_lead ? 2 : 0));
    for (const auto& delivery : stored.view.deliveries) REQUIRE(delivery.state == expected.state);
  }
  REQUIRE(count == test::all_sample_lead_bodies().size());
}

TEST_CASE(
    "a sample that breaks the source's schema is kept with what could be read of it, and not delivered") {
  auto options = test::default_options();
  options.sources[0].schema = std::get<std::shared_ptr<const receiver::LeadSchema>>(
      receiver::LeadSchema::parse(sample_lead_body("lead.schema.json")));
  for (const auto& expected : table()) {
    INFO(expected.sample);
    Front front(options);
    const test::CapturedLog log;
    const auto answer = front.post(sample_lead_body(expected.sample));
    if (expected.sample != "null-fields.json") {
      REQUIRE(word_of(answer) == expected.word);
      continue;
    }
    REQUIRE(answer.status == 422);
    const auto error = Json::parse(answer.body)["error"];
    REQUIRE(error["code"] == "schema_violation");
    REQUIRE(error["message"].get<std::string>().starts_with("UserDetails/"));
    const auto stored = front.stored(answer);
    REQUIRE(stored.view.lead.disposition == Disposition::quarantined);
    REQUIRE(stored.view.lead.disposition_reason ==
            "schema_violation: " + error["message"].get<std::string>());
    REQUIRE(stored.view.lead.fields == expected.fields);
    REQUIRE(stored.view.deliveries.empty());
    REQUIRE(log.text().find("code=schema_violation") != std::string::npos);
    REQUIRE(log.text().find("contoso") == std::string::npos);

    // The schema is this source's alone, and what breaks it is never a duplicate.
    REQUIRE(front.post(sample_lead_body(expected.sample)).status == 422);
    REQUIRE(front.send({sample_lead_body(expected.sample), "website", test::kOtherKey}).status == 202);
  }
}

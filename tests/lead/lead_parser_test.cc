#include "lead/lead_parser.h"

#include <algorithm>

#include "support/catch.h"
#include "support/sample_leads.h"

using namespace leadspool;
using test::sample_lead_body;

namespace {

LeadFields fields_of(std::string_view body) {
  auto parsed = parse_lead(body);
  if (const auto* unreadable = std::get_if<Unreadable>(&parsed)) {
    FAIL(unreadable->code + ": " + unreadable->message);
  }
  return std::get<ReadableLead>(parsed).fields;
}

// "code: message", or what else came out.
std::string refusal(std::string_view body) {
  const auto parsed = parse_lead(body);
  if (const auto* unreadable = std::get_if<Unreadable>(&parsed))
    return unreadable->code + ": " + unreadable->message;
  return std::holds_alternative<EmptyBody>(parsed) ? "empty" : "a lead";
}

std::string code_of(std::string_view body) {
  const std::string text = refusal(body);
  return text.substr(0, text.find(':'));
}

std::string nested(std::size_t levels) {
  std::string body = R"({"LeadSource":"x","a":)";
  for (std::size_t i = 1; i < levels; ++i) body += "[";
  body += "1";
  for (std::size_t i = 1; i < levels; ++i) body += "]";
  return body + "}";
}

}  // namespace

TEST_CASE("the documentation's sample is read whole") {
  LeadFields expected;
  expected.first_name = "Some";
  expected.last_name = "One";
  expected.email = "someone@contoso.com";
  expected.phone = "16175555555";
  expected.country = "USA";
  expected.company = "Contoso";
  expected.title = "Esquire";
  expected.lead_source = "AzureMarketplace";
  expected.action_code = "INS";
  expected.offer_title = "Test Microsoft";
  expected.description = "Test run through Power Automate";
  REQUIRE(fields_of(sample_lead_body("official.json")) == expected);
  REQUIRE(fields_of(sample_lead_body("camel-case.json")) == expected);
  REQUIRE(fields_of(sample_lead_body("with-bom.json")) == expected);

  expected.phone = expected.title = expected.description = "";
  REQUIRE(fields_of(sample_lead_body("null-fields.json")) == expected);
}

TEST_CASE("the other samples are what their names say") {
  REQUIRE(fields_of(sample_lead_body("unicode.json")).company == "株式会社コントソ");
  REQUIRE(fields_of(sample_lead_body("full-lead-source.json")).description ==
          "Please call me next week.\nWe run 40 sites.");
  REQUIRE(fields_of(sample_lead_body("full-lead-source.json")).lead_source ==
          "AppSource (SPZA)-PLT|contoso.contoso-analytics.v2");
  REQUIRE(fields_of(sample_lead_body("blank-user.json")).email.empty());
  REQUIRE(fields_of(sample_lead_body("no-user-details.json")).offer_title == "Contoso VM");
  REQUIRE(code_of(sample_lead_body("empty-body")) == "empty");
  REQUIRE(refusal(sample_lead_body("broken-missing-comma.json")) ==
          "not_json: line 2, byte 65: the body stops being JSON");
}

TEST_CASE("a body of nothing, or of white space only, is empty") {
  for (const std::string_view body : {"", " ", "\r\n\t ", "\xEF\xBB\xBF", "\xEF\xBB\xBF \n"}) {
    REQUIRE(refusal(body) == "empty");
  }
}

TEST_CASE("numbers and truths are taken as written, nulls and blanks as nothing") {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"16175555555", "16175555555"},
      {"0", "0"},
      {"-0", "-0"},
      {"-12", "-12"},
      {"1.50", "1.50"},
      {"1e5", "1e5"},
      {"18446744073709551615", "18446744073709551615"},
      {"0.1", "0.1"},
      {"true", "true"},
      {"false", "false"},
      {"null", ""},
      {R"("")", ""},
      {R"(" \t\n")", ""},
      {R"(" kept as it is ")", " kept as it is "},
      {R"("\u0041\uD83D\uDE80")", "A🚀"},
  };
  for (const auto& [value, text] : table) {
    INFO(value);
    REQUIRE(fields_of(R"({"UserDetails":{"Phone":)" + std::string(value) + "}}").phone == text);
    REQUIRE(fields_of(R"({"description":)" + std::string(value) + "}").description == text);
  }
}

TEST_CASE("a refusal names the line and our own name of the field") {
  REQUIRE(refusal("{\n \"UserDetails\": {\n  \"eMail\": {}}}") ==
          "not_text: line 3, byte 32: Email is not a text, number or truth");
  REQUIRE(refusal("{\n\"offertitle\":1,\n\"OfferTitle\":2}") ==
          "duplicate_key: line 3, byte 30: OfferTitle is there twice");
}

TEST_CASE("a field may be 16 KiB long and no longer, and what is not a field may") {
  const auto with_text = [](std::string_view key, std::size_t length) {
    return "{\"LeadSource\":\"x\",\"" + std::string(key) + "\":\"" + std::string(length, 'y') + "\"}";
  };
  REQUIRE(fields_of(with_text("Description", kLongestText)).description.size() == kLongestText);
  REQUIRE(code_of(with_text("Description", kLongestText + 1)) == "too_long");
  REQUIRE(code_of(with_text("Unknown", 10 * kLongestText)) == "a lead");
  REQUIRE(code_of("{\"LeadSource\":" + std::string(20'000, '9') + "}") != "a lead");
}

TEST_CASE("nesting is read down to 32 levels, and deeper bodies do no harm") {
  REQUIRE(code_of(nested(32)) == "a lead");
  REQUIRE(code_of(nested(33)) == "too_deep");
  REQUIRE(code_of(nested(100'000)) == "too_deep");
  REQUIRE(code_of(std::string(200 * 1024, '[')) == "not_an_object");
  REQUIRE(code_of(R"({"a":)" + std::string(200 * 1024, '[')) == "too_deep");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  REQUIRE(code_of(objects) == "too_deep");
}

TEST_CASE("an object of very many keys is read") {
  std::string body = R"({"LeadSource":"x")";
  for (int i = 0; i < 30'000; ++i) body += ",\"k" + std::to_string(i) + "\":1";
  REQUIRE(code_of(body + "}") == "a lead");
  REQUIRE(code_of(body + ",\"k0\":1}") == "duplicate_key");
}

#include "connector/mapping.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"

using namespace leadspool;
using connector::Mapping;
using connector::MappingEntry;
using connector::MappingError;
using Json = nlohmann::ordered_json;

namespace {

Lead sample_lead() {
  Lead lead;
  lead.id = *parse_uuid("0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f");
  lead.received_at = *from_rfc3339("2026-11-21T09:30:00.123Z");
  lead.source = "marketplace";
  lead.fields.first_name = "Some";
  lead.fields.last_name = "One";
  lead.fields.country = "USA";
  lead.fields.offer_title = R"(Say "hi", {{ id }} \u0041)";
  return lead;
}

std::string render(const std::vector<MappingEntry>& entries, const Lead& lead = sample_lead()) {
  auto parsed = Mapping::parse(entries);
  if (const auto* error = std::get_if<MappingError>(&parsed)) return error->target + ": " + error->message;
  return std::get<Mapping>(parsed).render(lead);
}

// Of one target `t` with a template.
std::string rendered(std::string_view text) { return render({{"t", Json(text).dump()}}); }

}  // namespace

TEST_CASE("a template's places are filled with the lead's values") {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"", R"({"t":""})"},
      {"plain } text }} {", R"({"t":"plain } text }} {"})"},
      {"{{ first_name }} {{last_name}}", R"({"t":"Some One"})"},
      {"{{FIRSTNAME}}/{{ FirstName }}/{{ First_Name }}", R"({"t":"Some/Some/Some"})"},
      {"{{ id }}", R"({"t":"0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f"})"},
      {"{{ Received_At }}", R"({"t":"2026-11-21T09:30:00.123Z"})"},
      {"{{ source }}, {{ disposition }}", R"({"t":"marketplace, deliver"})"},
      {"{{ email | phone | country }}", R"({"t":"USA"})"},
      {"{{ email | 'n/a' }}", R"({"t":"n/a"})"},
      {R"({{ email | "a }} b | 'c'" }})", R"({"t":"a }} b | 'c'"})"},
      {"{{ '{{' }}", R"({"t":"{{"})"},
      {"{{ email }}", R"({"t":null})"},
      {"{{ email | phone }}", R"({"t":null})"},
      {"{{ email }} ", R"({"t":" "})"},
      {"{{ email }}{{ phone }}", R"({"t":""})"},
  };
  for (const auto& [text, json] : table) {
    INFO(text);
    REQUIRE(rendered(text) == json);
  }
}

TEST_CASE("a lead's text never becomes JSON or a template of its own") {
  const Json object = Json::parse(rendered("{{ offer_title }}"));
  REQUIRE(object.size() == 1);
  REQUIRE(object["t"] == sample_lead().fields.offer_title);
}

TEST_CASE("constants may be of any JSON type") {
  REQUIRE(
      render({{"a", "8"}, {"b", "true"}, {"c", "null"}, {"d", R"([1,{"x":"{{ id }}"}])"}, {"e", "1.50"}}) ==
      R"({"a":8,"b":true,"c":null,"d":[1,{"x":"{{ id }}"}],"e":1.5})");
  REQUIRE(render({}) == "{}");
}

TEST_CASE("a dotted target nests, and neighbours share their object") {
  REQUIRE(render({{"address.city", R"("x")"},
                  {"name", R"("{{ last_name }}")"},
                  {"address.country", R"("{{ Country }}")"},
                  {"a.b.c", "1"}}) ==
          R"({"address":{"city":"x","country":"USA"},"name":"One","a":{"b":{"c":1}}})");
}

TEST_CASE("a mapping that cannot work says why") {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"{{ frist_name }}",
       "t: character 4: a lead has no field \"frist_name\"; did you mean \"first_name\"?"},
      {"{{ OfferTitel }}",
       "t: character 4: a lead has no field \"OfferTitel\"; did you mean \"offer_title\"?"},
      {"{{ received }}", "t: character 4: a lead has no field \"received\"; did you mean \"received_at\"?"},
      {"{{ zzzzzzzz }}", "t: character 4: a lead has no field \"zzzzzzzz\""},
      {"Hello {{ email", "t: character 7: this {{ is never closed"},
      {"Hello {{", "t: character 7: this {{ is never closed"},
      {"Hello {{ email |", "t: character 7: this {{ is never closed"},
      {"{{ }}", "t: character 4: an empty place: {{ }} needs a field or a \"text\""},
      {"{{ email | }}", "t: character 12: a field or a \"text\" is missing here"},
      {"{{ | email }}", "t: character 4: a field or a \"text\" is missing here"},
      {"{{ email | 'open }}", "t: character 12: this quoted text is never closed"},
      {"{{ email 'x' }}", "t: character 10: expected | or }} here"},
      {"{{ email }", "t: character 10: expected | or }} here"},
      {"{{ -x }}", "t: character 4: a field's name or a \"text\" must stand here"},
  };
  for (const auto& [text, message] : table) {
    INFO(text);
    REQUIRE(rendered(text) == message);
  }
  REQUIRE(render({{"a", "{"}}) == "a: the value is not JSON");
  REQUIRE(render({{"a", "\"\xFF\""}}) == "a: the value is not JSON");
}

TEST_CASE("targets that contradict one another are refused") {
  REQUIRE(render({{"a", "1"}, {"a", "2"}}) == "a: this target is there twice");
  REQUIRE(render({{"a", "1"}, {"a.b", "2"}}) == "a.b: lies inside \"a\", which has a value of its own");
  REQUIRE(render({{"a.b.c", "1"}, {"a.b", "2"}}) ==
          "a.b: cannot have a value of its own: \"a.b.c\" lies inside it");
  REQUIRE(render({{"a.b", "1"}, {"ab", "2"}}) == R"({"a":{"b":1},"ab":2})");
  for (const std::string_view target : {"", ".", "a.", ".a", "a..b"}) {
    INFO(target);
    REQUIRE(render({{std::string(target), "1"}}) ==
            std::string(target) + ": a target needs a name before, between and after its dots");
  }
}

TEST_CASE("the whole lead has the fields of the API, in its order") {
  const Json object = Json::parse(Mapping::whole_lead().render(sample_lead()));
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  std::vector<std::string> expected{"id", "received_at", "source", "disposition"};
  for (const auto& field : kLeadFields) expected.emplace_back(field.name);
  REQUIRE(names == expected);
  REQUIRE(object["first_name"] == "Some");
  REQUIRE(object["email"].is_null());
}

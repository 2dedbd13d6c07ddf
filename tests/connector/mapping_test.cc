#include "connector/mapping.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"

using namespace leadspool;
using connector::Column;
using connector::Empties;
using connector::Mapping;
using connector::MappingEntry;
using connector::MappingError;
using connector::Rendered;
using Json = nlohmann::ordered_json;

namespace {

LeadWithPayload sample_lead() {
  LeadWithPayload lead;
  lead.id = *parse_uuid("0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f");
  lead.received_at = *from_rfc3339("2026-11-21T09:30:00.123Z");
  lead.source = "marketplace";
  lead.fields.first_name = "Some";
  lead.fields.last_name = "One";
  lead.fields.country = "USA";
  lead.fields.offer_title = R"(Say "hi", {{ id }} \u0041)";
  return lead;
}

Mapping mapping_of(const std::vector<MappingEntry>& entries) {
  auto parsed = Mapping::parse(entries);
  REQUIRE(std::holds_alternative<Mapping>(parsed));
  return std::get<Mapping>(parsed);
}

// The object, or what is wrong with the mapping.
std::string render(const std::vector<MappingEntry>& entries, Empties empties = Empties::null) {
  auto parsed = Mapping::parse(entries);
  if (const auto* error = std::get_if<MappingError>(&parsed)) return error->target + ": " + error->message;
  return std::get<Mapping>(parsed).render(sample_lead(), {}, empties).json;
}

// The constant `text` in a column `t`.
Rendered rendered_in(const std::string& text, const Column& column) {
  Mapping mapping;
  REQUIRE_FALSE(mapping.add_constants({{"t", Json(text).dump()}}));
  return mapping.render(sample_lead(), {column});
}

std::string value_of(const Rendered& rendered) { return Json::parse(rendered.json)["t"].get<std::string>(); }

std::string times(std::size_t count, const std::string& text) {
  std::string repeated;
  for (std::size_t i = 0; i < count; ++i) repeated += text;
  return repeated;
}

}  // namespace

TEST_CASE("a target whose template comes out empty is null, or left out") {
  const std::vector<MappingEntry> entries{{"a", R"("{{ email }}")"},
                                          {"b.c", R"("{{ email | phone }}")"},
                                          {"d", R"("{{ email }} ")"},
                                          {"e", R"("{{ email }}{{ phone }}")"},
                                          {"f", R"("")"},
                                          {"g", "null"},
                                          {"h", R"(["{{ email }}",{"i":"{{ phone }}","j":1}])"}};
  REQUIRE(render(entries) ==
          R"({"a":null,"b":{"c":null},"d":null,"e":null,"f":"","g":null,"h":[null,{"i":null,"j":1}]})");
  REQUIRE(render(entries, Empties::left_out) == R"({"f":"","g":null,"h":[{"j":1}]})");
}

TEST_CASE("blanks beside a place that is empty go, those that came with a value or stand alone stay") {
  LeadWithPayload lead;
  lead.fields.last_name = "One";
  lead.fields.description = " two ";
  const auto mapping = Mapping::of({{"name", "{{ first_name }} {{ last_name }}"},
                                    {"text", "{{ email }}\n\nName: {{ last_name }}\n"},
                                    {"whole", "{{ description }}"},
                                    {"constant", " x "}});
  REQUIRE(mapping.render(lead).json ==
          R"({"name":"One","text":"Name: One","whole":" two ","constant":" x "})");
}

TEST_CASE("a lead's text never becomes JSON or a template of its own") {
  const std::string_view table[] = {
      R"("}, "x": {"y": ")",
      "{{ email }} {{ payload.a }}",
      "a\nb\tc\x01\x7F",
      R"(\u0022 \\ \" ')",
      "</script><!--",
      "\xE2\x80\xA8\xE2\x80\xAE",
      "{{",
      "' | 'x' }}",
      "%00%n",
      "null",
      "{}",
      "[1]",
  };
  const auto mapping = mapping_of({{"t", R"("{{ offer_title }}")"},
                                   {"n.t", R"(["{{ OfferTitle }}"])"},
                                   {"s", R"("<{{ offer_title | description }}>")"}});
  auto lead = sample_lead();
  for (const auto text : table) {
    INFO(text);
    lead.fields.offer_title = text;
    const Json object = Json::parse(mapping.render(lead).json);
    REQUIRE(object.size() == 3);
    REQUIRE(object["t"] == text);
    REQUIRE(object["n"]["t"] == Json::array({text}));
    REQUIRE(object["s"] == "<" + std::string(text) + ">");
  }
}

TEST_CASE("a byte that is not UTF-8 costs a lead one character, not its delivery") {
  auto lead = sample_lead();
  lead.fields.company = "Contoso\xFF Ltd\xE2\x82";
  const auto mapping = mapping_of({{"t", R"("{{ company | upper }}")"}, {"u", R"("{{ company }}")"}});
  const auto rendered = mapping.render(lead, {{"u", 8, true}});
  const Json object = Json::parse(rendered.json);
  REQUIRE(object["t"] == "CONTOSO\xEF\xBF\xBD LTD\xEF\xBF\xBD\xEF\xBF\xBD");
  REQUIRE(object["u"] == "Contoso\xEF\xBF\xBD");
}

TEST_CASE("constants may be of any JSON type") {
  REQUIRE(render({{"a", "8"}, {"b", "true"}, {"c", "null"}, {"d", R"([1,{"x":"y"}])"}, {"e", "1.50"}}) ==
          R"({"a":8,"b":true,"c":null,"d":[1,{"x":"y"}],"e":1.5})");
  REQUIRE(render({}) == "{}");
}

TEST_CASE("texts in arrays and tables are templates too, however deep") {
  REQUIRE(
      render({{"tags", R"(["marketplace", "{{ source | upper }}", 7, ["{{ Country }}"]])"},
              {"owner", R"({"name":{"first":"{{ first_name }}","last":"{{ last_name }}"},"score":1.0})"}}) ==
      R"({"tags":["marketplace","MARKETPLACE",7,["USA"]],"owner":{"name":{"first":"Some","last":"One"},)"
      R"("score":1.0}})");
  REQUIRE(render({{"tags", R"(["a", {"b":["{{ emial }}"]}])"}}) ==
          "tags: [1]: b: [0]: character 4: a lead has no field \"emial\"; did you mean \"email\"?");
}

TEST_CASE("constants that are added are no templates, and take the place of what was there") {
  auto mapping = mapping_of({{"a", R"("{{ first_name }}")"}, {"b.c", R"("{{ last_name }}")"}});
  REQUIRE_FALSE(mapping.add_constants({{"b.c", R"("{{ id }}")"}, {"d", R"(["{{ id }}", 3])"}}));
  REQUIRE(mapping.render(sample_lead()).json == R"({"a":"Some","b":{"c":"{{ id }}"},"d":["{{ id }}",3]})");
  REQUIRE(mapping.targets() == std::vector<std::string>{"a", "b.c", "d"});

  const std::pair<MappingEntry, std::string_view> table[] = {
      {{"b", "1"}, "cannot have a value of its own: \"b.c\" lies inside it"},
      {{"a.x", "1"}, "lies inside \"a\", which has a value of its own"},
      {{"e", "{"}, "the value is not JSON"},
      {{"e.", "1"}, "a target needs a name before, between and after its dots"},
  };
  for (const auto& [constant, message] : table) {
    auto changed = mapping;
    const auto error = changed.add_constants({constant});
    REQUIRE(error);
    REQUIRE(error->target == constant.target);
    REQUIRE(error->message == message);
  }
}

TEST_CASE("a copy of a mapping is a mapping of its own") {
  const auto mapping = mapping_of({{"a", "1"}});
  auto copy = mapping;
  REQUIRE_FALSE(copy.add_constants({{"a", "2"}, {"b", "3"}}));
  REQUIRE(mapping.render(sample_lead()).json == R"({"a":1})");
  REQUIRE(copy.render(sample_lead()).json == R"({"a":2,"b":3})");
}

TEST_CASE("a text that is too long is cut between two characters, and the cut is told in UTF-16 units") {
  const std::string accent = "e\xCC\x81";                                     // e, combining acute
  const std::string smile = "\xF0\x9F\x98\x80";                               // 2 units
  const std::string thumb = "\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD";               // with a skin tone: 4
  const std::string couple = "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7";  // joined: 5
  const std::string heart = "\xE2\x9D\xA4\xEF\xB8\x8F";                       // with a variation selector: 2
  const std::string flag = "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA";                // 4
  struct Row {
    std::string text;
    std::size_t longest;
    std::string left;
  };
  const Row table[] = {
      {"abcdef", 5, "abcde"},
      {"\xC3\xA4\xC3\xB6\xC3\xBC", 2, "\xC3\xA4\xC3\xB6"},
      {"ab" + smile, 3, "ab"},
      {smile + smile, 3, smile},
      {"a" + accent + "b", 2, "a"},
      {"a" + accent + "b", 3, "a" + accent},
      {"a" + thumb, 3, "a"},
      {"a" + couple + "b", 5, "a"},
      {"a" + couple + "b", 6, "a" + couple},
      {"a" + heart, 2, "a"},
      {flag + flag, 6, flag},
      {flag + flag + flag, 8, flag + flag},
      {"a" + times(50, "\xCC\x81"), 10, "a" + times(9, "\xCC\x81")},  // one letter, and nothing but it
      {smile, 1, ""},
  };
  for (const auto& [text, longest, left] : table) {
    INFO(text << " to " << longest);
    const auto rendered = rendered_in(text, {"t", longest});
    REQUIRE(value_of(rendered) == left);
    REQUIRE(rendered.cuts.size() == 1);
    REQUIRE(rendered.cuts[0].target == "t");
    REQUIRE(rendered.cuts[0].to <= longest);
  }
  const auto rendered = rendered_in("ab" + smile + smile, {"t", 5});
  REQUIRE(rendered.cuts[0].from == 6);
  REQUIRE(rendered.cuts[0].to == 4);
}

TEST_CASE("a text that fits its column is left alone") {
  for (const auto& column : {Column{"t", 4}, Column{"t", 0}, Column{"other", 1}}) {
    const auto rendered = rendered_in("ab\xF0\x9F\x98\x80", column);
    REQUIRE(value_of(rendered) == "ab\xF0\x9F\x98\x80");
    REQUIRE(rendered.cuts.empty());
  }
  // No limit is of the length of what is not text.
  const auto mapping = mapping_of({{"n", "12345"}, {"a", R"(["abcdef"])"}});
  const auto rendered = mapping.render(sample_lead(), {{"n", 2}, {"a", 2}});
  REQUIRE(rendered.json == R"({"n":12345,"a":["abcdef"]})");
}

TEST_CASE("columns reach into tables") {
  const auto mapping = mapping_of({{"a", R"({"b":"{{ first_name }}"})"}, {"c.d", R"("{{ last_name }}")"}});
  const auto rendered = mapping.render(sample_lead(), {{"a.b", 2}, {"c.d", 1}, {"c.e", 1, true}});
  REQUIRE(rendered.json == R"({"a":{"b":"So"},"c":{"d":"O"}})");
  REQUIRE(rendered.cuts.size() == 2);
  REQUIRE(rendered.missing == std::vector<std::string>{"c.e"});
}

TEST_CASE("a required column without a value is missing") {
  const std::vector<Column> columns{{"t", 0, true}};
  const std::pair<std::string_view, bool> table[] = {
      {R"("{{ email }}")", true},
      {R"("{{ email }} {{ phone }}")", true},
      {R"("")", true},
      {"null", true},
      {R"("{{ email | 'x' }}")", false},
      {"0", false},
      {"false", false},
      {R"(["{{ email }}"])", false},
  };
  for (const auto& [value, missing] : table) {
    for (const auto empties : {Empties::null, Empties::left_out}) {
      INFO(value);
      const auto rendered = mapping_of({{"t", std::string(value)}}).render(sample_lead(), columns, empties);
      REQUIRE(rendered.missing.empty() != missing);
    }
  }
  const auto rendered = mapping_of({}).render(sample_lead(), {{"b", 0, true}, {"a", 0, true}, {"c", 9}});
  REQUIRE(rendered.missing == std::vector<std::string>{"b", "a"});
}

TEST_CASE("a connector's own mapping is made of templates") {
  const auto mapping =
      Mapping::of({{"subject", "{{ offer_title | 'Lead' }}"}, {"a.b", "{{ payload.Budget }}"}});
  auto lead = sample_lead();
  lead.payload = R"({"Budget": 100})";
  lead.fields.offer_title.clear();
  REQUIRE(mapping.render(lead).json == R"({"subject":"Lead","a":{"b":"100"}})");
  REQUIRE(mapping.targets() == std::vector<std::string>{"subject", "a.b"});
}

TEST_CASE("a dotted target nests, and neighbours share their object") {
  REQUIRE(render({{"address.city", R"("x")"},
                  {"name", R"("{{ last_name }}")"},
                  {"address.country", R"("{{ Country }}")"},
                  {"a.b.c", "1"}}) ==
          R"({"address":{"city":"x","country":"USA"},"name":"One","a":{"b":{"c":1}}})");
}

TEST_CASE("a mapping that cannot work says why") {
  REQUIRE(render({{"t", R"("{{ frist_name }}")"}}) ==
          "t: character 4: a lead has no field \"frist_name\"; did you mean \"first_name\"?");
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
  const Json object = Json::parse(Mapping::whole_lead().render(sample_lead()).json);
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  std::vector<std::string> expected{"id", "received_at", "source", "disposition"};
  for (const auto& field : kLeadFields) expected.emplace_back(field.name);
  REQUIRE(names == expected);
  REQUIRE(object["first_name"] == "Some");
  REQUIRE(object["email"].is_null());
}

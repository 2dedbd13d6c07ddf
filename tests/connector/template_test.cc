#include "connector/template.h"

#include "base/gzip.h"
#include "connector/payload_reader.h"
#include "support/catch.h"

using namespace leadspool;
using connector::PayloadReader;
using connector::Template;

namespace {

LeadWithPayload sample_lead() {
  LeadWithPayload lead;
  lead.id = *parse_uuid("0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f");
  lead.received_at = *from_rfc3339("2026-11-21T09:30:05.123Z");
  lead.source = "marketplace";
  lead.fields.first_name = "Some";
  lead.fields.last_name = "One";
  lead.fields.email = "Some.One@Contoso.com";
  lead.fields.country = "USA";
  lead.payload =
      R"({"UserDetails": {"Budget": 100, "Notes": " two  words "}, "When": "2026-03-04T23:05:06+02:00",
                     "Site": "https://me:pw@www.contoso.com:8443/x?y", "Empty": "", "Nothing": null})";
  return lead;
}

// What the template gives, "(nothing)" for nothing, or what is wrong with it.
std::string render(std::string_view text, const LeadWithPayload& lead = sample_lead(),
                   const Template::Encode& encode = nullptr) {
  const auto parsed = Template::parse(text);
  if (const auto* error = std::get_if<Template::Error>(&parsed)) return error->message;
  const PayloadReader payload(lead.payload);
  return std::get<Template>(parsed).render(lead, payload, encode).value_or("(nothing)");
}

// `last_name` as the template changes it.
std::string changed(const std::string& value, std::string_view text) {
  auto lead = sample_lead();
  lead.fields.last_name = value;
  return render(text, lead);
}

}  // namespace

TEST_CASE("a template's places are filled with the lead's values") {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"", ""},
      {"plain } text }} {", "plain } text }} {"},
      {"{{ first_name }} {{last_name}}", "Some One"},
      {"{{FIRSTNAME}}/{{ FirstName }}/{{ First_Name }}", "Some/Some/Some"},
      {"{{ id }}", "0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f"},
      {"{{ Received_At }}", "2026-11-21T09:30:05.123Z"},
      {"{{ source }}, {{ disposition }}", "marketplace, deliver"},
      {"{{ phone | title | country }}", "USA"},
      {"{{ phone | 'n/a' }}", "n/a"},
      {R"({{ phone | "a }} b | 'c'" }})", "a }} b | 'c'"},
      {"{{ '{{' }}", "{{"},
      {"{{ phone }}", "(nothing)"},
      {"{{ phone | title }}", "(nothing)"},
      {"{{ '' }}", "(nothing)"},
      {"{{ phone }} ", " "},
      {"{{ phone }}{{ title }}", ""},
  };
  for (const auto& [text, expected] : table) {
    INFO(text);
    REQUIRE(render(text) == expected);
  }
}

TEST_CASE("functions change what was found so far") {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"{{ first_name | upper }}", "SOME"},
      {"{{ first_name|lower }}", "some"},
      {"{{ first_name | UPPER | Lower }}", "some"},
      {"{{ payload.UserDetails.Notes | trim }}", "two  words"},
      {"{{ email | truncate(4) }}", "Some"},
      {"{{ email | truncate( 4 ) | upper }}", "SOME"},
      {"{{ email | truncate(4) | upper | last_name }}", "SOME"},
      {"{{ phone | upper | last_name }}", "One"},
      {"{{ phone | last_name | upper }}", "ONE"},
      {"{{ phone | upper | 'none' }}", "none"},
      {"{{ phone | default('none') }}", "none"},
      {"{{ phone | default(\"no |}} ne\") | upper }}", "NO |}} NE"},
      {"{{ first_name | default('none') }}", "Some"},
      {"{{ default('none') }}", "none"},
      {"{{ phone | upper }}", "(nothing)"},
      {"{{ received_at | date }}", "2026-11-21"},
      {"{{ received_at | date('%d.%m.%Y') }}", "21.11.2026"},
      {"{{ received_at | date(\"%H:%M:%S 100%% \") }}", "09:30:05 100% "},
      {"{{ received_at | date('') }}", "(nothing)"},
      {"{{ payload.When | date('%Y-%m-%d %H:%M') }}", "2026-03-04 21:05"},
      {"{{ first_name | date }}", "(nothing)"},
      {"{{ first_name | date | 'no date' }}", "no date"},
      {"{{ email | host }}", "Contoso.com"},
      {"{{ email | host | lower }}", "contoso.com"},
      {"{{ payload.Site | host }}", "www.contoso.com"},
      {"{{ first_name | host }}", "(nothing)"},
  };
  for (const auto& [text, expected] : table) {
    INFO(text);
    REQUIRE(render(text) == expected);
  }
}

TEST_CASE("the case of Latin, Greek and Cyrillic letters is changed, and all else is kept") {
  const std::pair<const char*, const char*> table[] = {
      {"abcxyz", "ABCXYZ"},
      {"äöüéñçåøþ", "ÄÖÜÉÑÇÅØÞ"},
      {"ÿ", "Ÿ"},
      {"łśżźćąęńőűřščžěůđħŋœ", "ŁŚŻŹĆĄĘŃŐŰŘŠČŽĚŮĐĦŊŒ"},
      {"ĺľňŕ", "ĹĽŇŔ"},
      {"șțăơưễộ", "ȘȚĂƠƯỄỘ"},
      {"αβγδωάέήίόύώϊ", "ΑΒΓΔΩΆΈΉΊΌΎΏΪ"},
      {"абвяёђѝџґүө", "АБВЯЁЂЍЏҐҮӨ"},
      {"日本 123 ×÷ 😀", "日本 123 ×÷ 😀"},
  };
  for (const auto& [small, capital] : table) {
    INFO(small);
    REQUIRE(changed(small, "{{ last_name | upper }}") == capital);
    REQUIRE(changed(capital, "{{ last_name | lower }}") == small);
    REQUIRE(changed(capital, "{{ last_name | upper }}") == capital);
    REQUIRE(changed(small, "{{ last_name | lower }}") == small);
  }
  REQUIRE(changed("ς ß ı", "{{ last_name | upper }}") == "Σ ß ı");
  REQUIRE(changed("İ", "{{ last_name | lower }}") == "İ");
}

TEST_CASE("a text is truncated between two characters") {
  struct Row {
    const char* text;
    const char* shortened;  // to 3
  };
  const Row table[] = {
      {"", "(nothing)"},
      {"abc", "abc"},
      {"abcd", "abc"},
      {"äöüß", "äöü"},
      {"日本語です", "日本語"},
      {"😀😁😂😃", "😀😁😂"},
      {"abe\xCC\x81", "ab"},
      {"a👩‍👧", "a"},
      {"a👍🏽b", "a👍🏽"},
      {"🇩🇪🇫🇷", "🇩🇪"},
      {"👩‍👧", "👩‍👧"},
  };
  for (const auto& [text, shortened] : table) {
    INFO(text);
    REQUIRE(changed(text, "{{ last_name | truncate(3) }}") == shortened);
  }
  REQUIRE(changed("abc", "{{ last_name | truncate(1000000) }}") == "abc");
}

TEST_CASE("the host of an address is what stands behind its @, or in its URL") {
  const std::pair<const char*, const char*> table[] = {
      {"a@b.example", "b.example"},
      {" a@b.example\t", "b.example"},
      {"\"a@x\"@b.example", "b.example"},
      {"http://b.example", "b.example"},
      {"HTTPS://B.example/", "B.example"},
      {"https://b.example:8443?x=a@c", "b.example"},
      {"https://b.example#a@c", "b.example"},
      {"https://user:p@b.example/a@c", "b.example"},
      {"https://[::1]:80/", "[::1]"},
      {"https://", "(nothing)"},
      {"://b", "(nothing)"},
      {"@b.example", "(nothing)"},
      {"a@", "(nothing)"},
      {"b.example", "(nothing)"},
      {"mail a@b.example", "(nothing)"},
      {"a@b.example or c", "(nothing)"},
  };
  for (const auto& [text, host] : table) {
    INFO(text);
    REQUIRE(changed(text, "{{ last_name | host }}") == host);
  }
}

TEST_CASE("what is no moment has no date") {
  const std::pair<const char*, const char*> table[] = {
      {"2026-11-21T23:30:00-02:00", "2026-11-22"},
      {" 2026-11-21T09:30:00Z ", "2026-11-21"},
      {"2026-11-21", "(nothing)"},
      {"2026-13-21T09:30:00Z", "(nothing)"},
      {"tomorrow", "(nothing)"},
      {"%Y", "(nothing)"},
  };
  for (const auto& [text, date] : table) {
    INFO(text);
    REQUIRE(changed(text, "{{ last_name | date }}") == date);
  }
}

TEST_CASE("what the payload has beside the fields is reached by its path") {
  auto lead = sample_lead();
  lead.payload = R"({"Foo": {"Bar-Baz": "x", "a.b": "dot", "a b": "blank", "Ü": "umlaut"},
                     "items": [{"name": "first"}, "second"], "id": "theirs"})";
  const std::pair<std::string_view, std::string_view> table[] = {
      {"{{ payload.Foo.Bar-Baz }}", "x"},
      {"{{ PAYLOAD.foo.BAR-baz }}", "x"},
      {"{{ payload.foo.\"a.b\" }}", "dot"},
      {"{{ payload.foo.'a b' }}", "blank"},
      {"{{ payload.\"Foo\".Ü }}", "umlaut"},
      {"{{ payload.items.0.name }}", "first"},
      {"{{ payload.items.1 | upper }}", "SECOND"},
      {"{{ payload.items.2 }}", "(nothing)"},
      {"{{ payload.missing.deep | 'none' }}", "none"},
      {"{{ payload.id }}", "theirs"},
      {"{{ payload.missing | payload.items.1 | first_name }}", "second"},
  };
  for (const auto& [text, expected] : table) {
    INFO(text);
    REQUIRE(render(text, lead) == expected);
  }
}

TEST_CASE("a lead whose payload is no JSON has nothing at any path, and is rendered all the same") {
  for (const std::string payload : {"", "not json", "{\"a\":", "\x1F\x8B damaged", "\"text\"", "7"}) {
    auto lead = sample_lead();
    lead.payload = payload;
    REQUIRE(render("{{ payload.a }}", lead) == "(nothing)");
    REQUIRE(render("{{ payload.a | last_name }}", lead) == "One");
  }
}

TEST_CASE("a template that cannot work says what is wrong, and at which character") {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"{{ frist_name }}", "character 4: a lead has no field \"frist_name\"; did you mean \"first_name\"?"},
      {"{{ OfferTitel }}", "character 4: a lead has no field \"OfferTitel\"; did you mean \"offer_title\"?"},
      {"{{ received }}", "character 4: a lead has no field \"received\"; did you mean \"received_at\"?"},
      {"{{ zzzzzzzz }}", "character 4: a lead has no field \"zzzzzzzz\""},
      {"ÄÖ😀 {{ zzzzzzzz }}", "character 8: a lead has no field \"zzzzzzzz\""},
      {"{{ email | lowr }}",
       "character 12: a lead has no field \"lowr\", nor is it a function; did you mean \"lower\"?"},
      {"{{ email | phnoe }}",
       "character 12: a lead has no field \"phnoe\", nor is it a function; did you mean \"phone\"?"},
      {"{{ email | trunc(5) }}", "character 12: there is no function \"trunc\"; did you mean \"truncate\"?"},
      {"{{ email | email(5) }}", "character 17: expected | or }} here"},
      {"{{ email | zzzzzzzz(5) }}", "character 12: there is no function \"zzzzzzzz\""},
      {"{{ UserDetails.Budget }}",
       "character 4: a lead has no field \"UserDetails\"; what stands in the payload is "
       "\"payload.UserDetails\" and so on"},
      {"{{ email | truncate }}",
       "character 12: truncate needs a number of characters from 1 on: truncate(50)"},
      {"{{ email | truncate() }}",
       "character 12: truncate needs a number of characters from 1 on: truncate(50)"},
      {"{{ email | truncate(0) }}",
       "character 12: truncate needs a number of characters from 1 on: truncate(50)"},
      {"{{ email | truncate(-5) }}",
       "character 12: truncate needs a number of characters from 1 on: truncate(50)"},
      {"{{ email | truncate(99999999999999999999) }}",
       "character 12: truncate needs a number of characters from 1 on: truncate(50)"},
      {"{{ email | truncate('5') }}",
       "character 12: truncate needs a number of characters from 1 on: truncate(50)"},
      {"{{ email | default }}", "character 12: default needs a text: default('unknown')"},
      {"{{ email | default(5) }}", "character 12: default needs a text: default('unknown')"},
      {"{{ email | upper(5) }}", "character 12: upper takes nothing in brackets"},
      {"{{ email | date(5) }}", "character 12: date takes a text, if anything: date('%d.%m.%Y')"},
      {"{{ email | date('%Y %b') }}",
       "character 12: a date has %Y %m %d %H %M %S, and %% for a percent sign; not \"%b\""},
      {"{{ email | date('100%') }}",
       "character 12: a date has %Y %m %d %H %M %S, and %% for a percent sign; not \"%\""},
      {"{{ email | truncate(5 }}",
       "character 23: a ) is missing here; a function takes one number or one quoted text"},
      {"{{ email | default('a', 'b') }}",
       "character 23: a ) is missing here; a function takes one number or one quoted text"},
      {"{{ upper }}", "character 4: a function changes what stands before it: {{ email | lower }}"},
      {"{{ payload }}", "character 11: a path must follow: payload.UserDetails.Budget"},
      {"{{ payload. }}", "character 12: a key must stand after the dot; quote one that has other signs"},
      {"{{ payload.a..b }}", "character 14: a key must stand after the dot; quote one that has other signs"},
      {"{{ payload.\"a }}", "character 12: this quoted text is never closed"},
      {"Hello {{ email", "character 7: this {{ is never closed"},
      {"Hello {{", "character 7: this {{ is never closed"},
      {"Hello {{ email |", "character 7: this {{ is never closed"},
      {"Hello {{ email | truncate(",
       "character 27: a ) is missing here; a function takes one number or one "
       "quoted text"},
      {"{{ }}", "character 4: an empty place: {{ }} needs a field or a \"text\""},
      {"{{ email | }}", "character 12: a field or a \"text\" is missing here"},
      {"{{ | email }}", "character 4: a field or a \"text\" is missing here"},
      {"{{ email | 'open }}", "character 12: this quoted text is never closed"},
      {"{{ email 'x' }}", "character 10: expected | or }} here"},
      {"{{ email }", "character 10: expected | or }} here"},
      {"{{ -x }}", "character 4: a field's name or a \"text\" must stand here"},
  };
  for (const auto& [text, message] : table) {
    INFO(text);
    REQUIRE(render(text) == message);
  }
}

TEST_CASE("what fills a place is encoded, and the text around it is not") {
  const auto bracketed = [](std::string_view value) { return "<" + std::string(value) + ">"; };
  REQUIRE(render("a {{ first_name }} b {{ 'x' | upper }}", sample_lead(), bracketed) == "a <Some> b <X>");
}

TEST_CASE("a template without a place is the same for every lead") {
  const auto is_constant = [](std::string_view text) {
    return std::get<Template>(Template::parse(text)).is_constant();
  };
  REQUIRE(is_constant(""));
  REQUIRE(is_constant("a }} b"));
  REQUIRE_FALSE(is_constant("a {{ id }}"));
  REQUIRE_FALSE(is_constant("{{ 'x' }}"));
}

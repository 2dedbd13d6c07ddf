#include "receiver/lead_schema.h"

#include "support/catch.h"
#include "support/sample_leads.h"

using namespace leadspool;
using receiver::LeadSchema;
using test::sample_lead_body;

namespace {

std::shared_ptr<const LeadSchema> schema_of(std::string_view text) {
  auto parsed = LeadSchema::parse(text);
  if (const auto* why_not = std::get_if<std::string>(&parsed)) FAIL(*why_not);
  return std::get<std::shared_ptr<const LeadSchema>>(parsed);
}

// What the operator is told; empty when the schema is taken.
std::string refusal_of(std::string_view text) {
  const auto parsed = LeadSchema::parse(text);
  const auto* why_not = std::get_if<std::string>(&parsed);
  return why_not != nullptr ? *why_not : "";
}

// What a person is told of a body; "fits" when all is well.
std::string violation(const std::shared_ptr<const LeadSchema>& schema, std::string_view body) {
  return schema->find_violation(body).value_or("fits");
}

}  // namespace

TEST_CASE("the samples meet the marketplace's own schema, but for those with nulls") {
  const auto schema = schema_of(sample_lead_body("lead.schema.json"));
  const std::pair<std::string, std::string> table[] = {
      {"official.json", "fits"},       {"camel-case.json", "fits"},
      {"test-lead.json", "fits"},      {"blank-user.json", "fits"},
      {"do-not-contact.json", "fits"}, {"full-lead-source.json", "fits"},
      {"unicode.json", "fits"},        {"no-user-details.json", "fits"},
      {"with-bom.json", "fits"},       {"null-fields.json", "UserDetails/Phone: "},
  };
  for (const auto& [name, expected] : table) {
    INFO(name);
    REQUIRE(violation(schema, sample_lead_body(name)).starts_with(expected));
  }
}

TEST_CASE("a violation names the path and the rule, and nothing of the body") {
  const auto schema = schema_of(R"({
    "type": "object",
    "required": ["LeadSource"],
    "definitions": {"name": {"type": "string", "maxLength": 5}},
    "properties": {
      "UserDetails": {
        "required": ["Email"],
        "properties": {
          "Email": {"type": "string", "pattern": "^[^@]+@[^@]+$"},
          "FirstName": {"$ref": "#/definitions/name"},
          "LastName": {"$ref": "#/definitions/name"},
          "Country": {"enum": ["DE", "FR"]}
        },
        "additionalProperties": false
      },
      "list": {"items": {"type": "object", "additionalProperties": {"type": "boolean"}}},
      "any": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
      "number": {"multipleOf": 3}
    }
  })");
  const std::pair<std::string, std::string> table[] = {
      {R"({"UserDetails":{"Email":"canary@x"}})", "LeadSource: is missing"},
      {R"({"LeadSource":"x","UserDetails":{}})", "UserDetails/Email: is missing"},
      {R"({"LeadSource":"x","UserDetails":{"Email":8231}})",
       "UserDetails/Email: is of a type that the schema does not allow"},
      {R"({"LeadSource":"x","UserDetails":{"Email":"canary"}})",
       "UserDetails/Email: does not match the pattern of the schema"},
      {R"({"LeadSource":"x","UserDetails":{"Email":"a@b","Country":"canary"}})",
       "UserDetails/Country: is none of the values that the schema lists"},
      {R"({"LeadSource":"x","UserDetails":{"Email":"a@b","canary":1}})",
       "UserDetails: has a field that the schema does not allow"},
      {R"({"LeadSource":"x","UserDetails":{"Email":"a@b","LastName":"canary"}})", "UserDetails/LastName: "},
      {R"({"LeadSource":"x","list":[{},{"8231":"canary"}]})",
       "list/1/(another field): is of a type that the schema does not allow"},
      {R"({"LeadSource":"x","any":"canary"})", "any: "},
      {R"({"LeadSource":"x","number":8231})", "number: "},
      {R"({"LeadSource":"x","UserDetails":{"Email":"a@b","FirstName":"12345"},"more":{"canary":1}})", "fits"},
  };
  for (const auto& [body, expected] : table) {
    INFO(body);
    const std::string told = violation(schema, body);
    REQUIRE(told.starts_with(expected));
    REQUIRE(told.size() > 3);
    REQUIRE(told.find("canary") == std::string::npos);
    REQUIRE(told.find("8231") == std::string::npos);
  }
  REQUIRE(violation(schema, "\xEF\xBB\xBF{\"LeadSource\":\"x\"}") == "fits");
}

TEST_CASE("what is no schema is refused with a reason for the operator") {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"", "parse error at line 1"},
      {"{", "parse error at line 1"},
      {"[]", "JSON object"},
      {"true", "JSON object"},
      {R"({"type":"strin"})", "strin"},
      {R"({"type":[{"type":"string"}]})", "Type name"},
      {R"({"properties":5})", "not an object"},
      {R"({"properties":{"a":true}})", "/properties/a"},
      {R"({"items":5})", "items"},
      {R"({"required":5})", "not an array"},
      {R"({"enum":5})", "not an array"},
      {R"({"minLength":-1})", "minLength"},
      {R"({"multipleOf":0})", "multipleOf"},
      {R"({"multipleOf":-2})", "multipleOf"},
      {R"({"multipleOf":"2"})", "multipleOf"},
      {R"({"pattern":5})", "pattern"},
      {R"({"pattern":"("})", "regular expression"},
      {R"({"pattern":"a)(b"})", "regular expression"},
      {R"({"pattern":"(a)\\1"})", "regular expression"},
      {R"_({"properties":{"a":{"pattern":"^(?!x)"}}})_", "look ahead"},
      {R"({"not":{"patternProperties":{}}})", "patternProperties"},
      {R"({"properties":{"a":{"items":{"uniqueItems":true}}}})", "uniqueItems"},
      {R"({"$schema":"http://json-schema.org/draft-07/schema#"})", "draft-04"},
      {R"({"properties":{"a":{"$ref":"http://127.0.0.1:1/x.json"}}})", "same document"},
      {R"({"$ref":"other.json#/a"})", "same document"},
      {R"({"$ref":5})", "same document"},
      {R"({"$ref":"#/definitions/none"})", "points to nothing"},
      {R"({"$ref":"#name"})", "pointer"},
      {R"({"$ref":"#"})", "refers to itself"},
      {R"({"allOf":[{"$ref":"#"}]})", "refers to itself"},
      {R"({"properties":{"a":{"$ref":"#/properties/a"}}})", "refers to itself"},
      {R"({"definitions":{"a":{"not":{"$ref":"#/definitions/b"}},"b":{"$ref":"#/definitions/a"}},
           "items":[{"$ref":"#/definitions/a"}]})",
       "refers to itself"},
  };
  for (const auto& [text, reason] : table) {
    INFO(text);
    const std::string told = refusal_of(text);
    INFO(told);
    REQUIRE(told.find(reason) != std::string::npos);
  }
}

TEST_CASE("properties may be named like the words of a schema") {
  const auto schema = schema_of(R"({"properties":{
    "pattern":{"type":"string"}, "format":{"type":"string"}, "id":{"type":"string"}, "multipleOf":{"type":"string"},
    "patternProperties":{"type":"string"}, "uniqueItems":{"type":"string"}, "default":{"pattern":"^x"}}})");
  for (const std::string name :
       {"pattern", "format", "id", "multipleOf", "patternProperties", "uniqueItems"}) {
    REQUIRE(violation(schema, "{\"" + name + "\":\"x\"}") == "fits");
    REQUIRE(violation(schema, "{\"" + name + "\":1}").starts_with(name + ": "));
  }
  REQUIRE(violation(schema, R"({"default":"y"})").starts_with("default: "));
}

TEST_CASE("no pattern is a match for the stack or for patience") {
  const std::string many(100'000, 'a');
  const auto body = [&](const std::string& end) { return R"({"d":")" + many + end + "\"}"; };
  for (const std::string pattern : {"^(a+)+$", "^(a|a)*$", "^[^@]*$"}) {
    INFO(pattern);
    const auto schema = schema_of(R"({"properties":{"d":{"pattern":")" + pattern + "\"}}}");
    REQUIRE(violation(schema, body("")) == "fits");
    REQUIRE(violation(schema, body("@")) != "fits");
  }
  const auto anywhere = schema_of(R"({"properties":{"d":{"pattern":"a+@|x$"}}})");
  REQUIRE(violation(anywhere, body("")) != "fits");
  REQUIRE(violation(anywhere, body("@b")) == "fits");
  REQUIRE(violation(anywhere, R"({"d":"line\nx"})") == "fits");
  REQUIRE(violation(anywhere, R"({"d":"x\nline"})") != "fits");
}

TEST_CASE("a format is not looked at, nor is a number's size a surprise") {
  const auto schema = schema_of(R"({"properties":{"d":{"format":"date-time"},"n":{"multipleOf":7}}})");
  REQUIRE(violation(schema, R"({"d":")" + std::string(200'000, '1') + "\"}") == "fits");
  REQUIRE(violation(schema, R"({"d":null})") == "fits");
  REQUIRE(violation(schema, R"({"n":-9223372036854775808})").starts_with("n: "));
  REQUIRE(violation(schema, R"({"n":18446744073709551615})") != "fits");
}

TEST_CASE("a large body is told that it breaks the schema, though not where") {
  const auto schema = schema_of(R"({"properties":{"a":{"items":{"type":"string"}}}})");
  std::string body = R"({"a":[1)";
  for (int i = 0; i < 100'000; ++i) body += ",1";
  REQUIRE(violation(schema, body + "]}") == "the body is not what the schema wants");
}

// What makes two bodies say the same, and what does not.
#include <vector>

#include "lead/lead_parser.h"
#include "support/catch.h"
#include "support/sample_leads.h"

namespace leadspool {
namespace {

std::string content_of(const std::string& body) {
  const auto parsed = parse_lead(body);
  INFO(body);
  REQUIRE(std::holds_alternative<ReadableLead>(parsed));
  return std::get<ReadableLead>(parsed).content;
}

// A lead of one person, with `more` members beside.
std::string with(const std::string& more) {
  return R"({"UserDetails":{"Email":"a@contoso.com"})" + more + "}";
}

}  // namespace

TEST_CASE("bodies that say the same have the same content") {
  const auto plain =
      content_of(R"({"UserDetails":{"Email":"a@contoso.com","Phone":"1"},"OfferTitle":"VM","x":[1,2]})");
  REQUIRE_FALSE(plain.empty());
  for (
      const std::string body : {
          // another order, case, white space
          R"({"x":[1,2],"OfferTitle":"VM","UserDetails":{"Phone":"1","Email":"a@contoso.com"}})",
          R"({"userDetails":{"EMAIL":"a@contoso.com","phone":"1"},"offertitle":"VM","x":[1,2]})",
          "\xEF\xBB\xBF {\n\"UserDetails\" : { \"Email\":\"a@contoso.com\",\n\"Phone\":\"1\"}, "
          "\"OfferTitle\":\"VM\",\"x\":[1, 2 ]}\n",
          // nulls, blanks, numbers as text
          R"({"UserDetails":{"Email":"a@contoso.com","Phone":1,"Title":null},"OfferTitle":" VM ","x":["1","2"]})",
          R"({"UserDetails":{"Email":"a@contoso.com\t","Phone":"1"},"OfferTitle":"VM","x":[1,2],"y":{"a":[{},null]},"z":""})",
          R"({"UserDetails":{"Email":"a\u0040contoso.com","Phone":"1"},"OfferTitle":"VM","x":[1,2]})",
      }) {
    INFO(body);
    REQUIRE(content_of(body) == plain);
  }
  REQUIRE(content_of(test::sample_lead_body("official.json")) ==
          content_of(test::sample_lead_body("camel-case.json")));
  REQUIRE(content_of(test::sample_lead_body("official.json")) ==
          content_of(test::sample_lead_body("with-bom.json")));
}

TEST_CASE("bodies that say something else have another content, each") {
  const std::vector<std::string> bodies{
      with(""),
      with(R"(,"OfferTitle":"VM")"),
      with(R"(,"OfferTitle":"vm")"),
      with(R"(,"Description":"VM")"),
      with(R"(,"Unknown":"VM")"),
      with(R"(,"x":["a","b"])"),
      with(R"(,"x":["b","a"])"),
      with(R"(,"x":["ab"])"),
      with(R"(,"x":[["a","b"]])"),
      with(R"(,"x":[["a"],"b"])"),
      with(R"(,"x":[["a"],["b"]])"),
      with(R"(,"x":{"a":"b"})"),
      with(R"(,"xa":"b")"),
      with(R"(,"x":{"e0":"a","e1":"b"})"),
      with(R"(,"x":{"0":"a","1":"b"})"),
      with(R"(,"x":"vb","y":"c")"),
      with(R"(,"x":"v","by":"c")"),
      // keys that differ in their case only, of which no reader but the sender knows whether they are the
      // same
      with(R"(,"x":{"p":1,"q":2})"),
      with(R"(,"x":{"p":1},"X":{"q":2})"),
      with(R"(,"x":{"q":2},"X":{"p":1})"),
      with(R"(,"x":1,"X":2)"),
      with(R"(,"x":2,"X":1)"),
      // what looks like the marks of the text itself
      with(R"(,"x":["1","e1"])"),
      with(R"(,"x":["1","z"])"),
      with(R"(,"x":["1"],"z":"z")"),
      with(R"(,"x":[null,"1"])"),
      with(R"(,"":"1")"),
      with(R"(,"":{"":"1"})"),
      with(R"(,"":[["1"]])"),
      R"({"UserDetails":{"Email":"b@contoso.com"}})",
      R"({"UserDetails":{"LastName":"a@contoso.com"}})",
  };
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      INFO(bodies[i] << "\n" << bodies[j]);
      REQUIRE(content_of(bodies[i]) != content_of(bodies[j]));
    }
  }
}

TEST_CASE("the content grows with the body and no faster, however its keys and values are nested") {
  std::string elements = "1";
  for (int i = 0; i < 20'000; ++i) elements += ",1";
  const std::string long_key(40'000, 'k');
  const std::string of_array = with(",\"" + long_key + "\":[" + elements + "]");
  REQUIRE(content_of(of_array).size() < 8 * of_array.size());

  std::string nested = "1";
  for (int i = 0; i < 30; ++i) nested = "{\"" + std::string(2'000, 'k') + "\":" + nested + ",\"a\":[2,3,4]}";
  const std::string of_objects = with(",\"x\":" + nested);
  REQUIRE(content_of(of_objects).size() < 2 * of_objects.size());
}

TEST_CASE("a lead that names nobody has nothing to compare") {
  REQUIRE(content_of(test::sample_lead_body("blank-user.json")).empty());
  REQUIRE(content_of(test::sample_lead_body("no-user-details.json")).empty());
  REQUIRE(content_of(R"({"UserDetails":{"Unknown":"x"},"OfferTitle":"VM"})").empty());
  REQUIRE(
      content_of(R"({"UserDetails":{"Country":"US","Company":"Contoso","Title":"CEO"},"OfferTitle":"VM"})")
          .empty());
  for (const std::string field : {"FirstName", "LastName", "Email", "Phone"}) {
    INFO(field);
    REQUIRE_FALSE(content_of("{\"UserDetails\":{\"" + field + "\":\"x\"}}").empty());
  }
}

}  // namespace leadspool

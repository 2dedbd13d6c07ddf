// Every shape of a body that a sender is known to have posted, or that one could: one line each.
#include <iterator>
#include <set>

#include "lead/lead_parser.h"
#include "support/catch.h"

using namespace leadspool;

namespace {

// "field=text; field=text" of all that is there, in the order of kLeadFields.
std::string told(const LeadFields& fields) {
  std::string told;
  for (const LeadField& field : kLeadFields) {
    const std::string& text = fields.*field.member;
    if (!text.empty()) told += (told.empty() ? "" : "; ") + std::string(field.name) + "=" + text;
  }
  return told;
}

struct Readable {
  std::string_view name;
  std::string_view body;
  std::string_view fields;  // see told()
};

struct Refused {
  std::string_view name;
  std::string_view body;
  std::string_view code;
};

// clang-format off: a table, one shape in a line.
constexpr Readable kReadable[] = {
    // keys
    {"as documented", R"({"UserDetails":{"Email":"a@b.c","Phone":"1"},"OfferTitle":"VM"})", "email=a@b.c; phone=1; offer_title=VM"},
    {"camel case", R"({"userDetails":{"firstName":"A","lastName":"B"},"offerTitle":"VM"})", "first_name=A; last_name=B; offer_title=VM"},
    {"upper case", R"({"USERDETAILS":{"COMPANY":"A","COUNTRY":"US"},"DESCRIPTION":"B"})", "country=US; company=A; description=B"},
    {"no case at all", R"({"userdetails":{"title":"CEO"},"actioncode":"INS"})", "title=CEO; action_code=INS"},
    {"a key in escapes", R"({"\u0055serDetails":{"E\u006dail":"a"}})", "email=a"},
    {"another order", R"({"Description":"B","UserDetails":{"Title":"CEO","Email":"a"}})", "email=a; title=CEO; description=B"},
    {"an empty key", R"({"":"x","OfferTitle":"VM"})", "offer_title=VM"},
    // white space
    {"a byte order mark", "\xEF\xBB\xBF{\"OfferTitle\":\"VM\"}", "offer_title=VM"},
    {"a mark, then a line", "\xEF\xBB\xBF\r\n{\"OfferTitle\":\"VM\"}", "offer_title=VM"},
    {"lines and tabs", "\r\n{\t\"OfferTitle\"\n:\r\"VM\" }\n\n", "offer_title=VM"},
    {"blanks in a text", R"({"OfferTitle":" VM "})", "offer_title= VM "},
    // missing, null and blank
    {"no UserDetails", R"({"OfferTitle":"VM","ActionCode":"INS"})", "offer_title=VM; action_code=INS"},
    {"no ActionCode", R"({"UserDetails":{"Email":"a"},"LeadSource":"AzureMarketplace"})", "email=a; lead_source=AzureMarketplace"},
    {"nulls", R"({"UserDetails":{"Email":"a","Phone":null,"Title":null},"Description":null})", "email=a"},
    {"nulls only", R"({"UserDetails":null,"LeadSource":null,"OfferTitle":null})", ""},
    {"a school's, blanked", R"({"UserDetails":{"FirstName":"","Email":"","Phone":""},"OfferTitle":"VM"})", "offer_title=VM"},
    {"blanks only", R"({"UserDetails":{"Email":" "},"Description":" \t\r\n"})", ""},
    {"UserDetails is empty", R"({"UserDetails":{}})", ""},
    {"UserDetails is a blank", R"({"UserDetails":" ","OfferTitle":"VM"})", "offer_title=VM"},
    {"campaigns of none", R"({"Description":"Campaigns: "})", "description=Campaigns: "},
    // other values where a text is expected
    {"a number as a phone", R"({"UserDetails":{"Phone":16175555555}})", "phone=16175555555"},
    {"a negative number", R"({"UserDetails":{"Phone":-12}})", "phone=-12"},
    {"a truth as a title", R"({"UserDetails":{"Title":true},"OfferTitle":false})", "title=true; offer_title=false"},
    {"numbers as written", R"({"UserDetails":{"Phone":1e2,"Title":0.10},"OfferTitle":1.0})", "phone=1e2; title=0.10; offer_title=1.0"},
    {"the largest number", R"({"UserDetails":{"Phone":18446744073709551615}})", "phone=18446744073709551615"},
    // texts
    {"letters of others", R"({"UserDetails":{"FirstName":"Zoë","Company":"株式会社"}})", "first_name=Zoë; company=株式会社"},
    {"escapes", R"({"Description":"a\u0062\/\"\n\u00eb"})", "description=ab/\"\n\u00eb"},
    {"a pair of surrogates", R"({"Description":"\uD83D\uDE80"})", "description=🚀"},
    {"a character that is none", R"({"Description":"\uFFFF"})", "description=\xEF\xBF\xBF"},
    {"markup", R"({"Description":"<b>{\"a\":1}</b>"})", R"(description=<b>{"a":1}</b>)"},
    {"the delete character", "{\"Description\":\"\x7F\"}", "description=\x7F"},
    // unknown fields
    {"unknown fields", R"({"OfferTitle":"VM","a":"x","b":1,"c":null,"d":[1,{"e":[]}],"f":{}})", "offer_title=VM"},
    {"unknown under UserDetails", R"({"UserDetails":{"Email":"a","Fax":"1","More":{"Email":"b"}}})", "email=a"},
    {"those of the Azure Table", R"({"CreatedTime":"x","ProductId":"y","CustomerInfo":"{}","ActionCode":"INS"})", "action_code=INS"},
    {"a person's field on top", R"({"Email":"a","OfferTitle":"VM"})", "offer_title=VM"},
    {"an offer's field inside", R"({"UserDetails":{"OfferTitle":"VM","Email":"a"}})", "email=a"},
    {"known names further down", R"({"x":{"UserDetails":{"Email":"b"},"ActionCode":"DNC"},"OfferTitle":"VM"})", "offer_title=VM"},
    {"unknown keys that differ in case", R"({"x":1,"X":2,"OfferTitle":"VM"})", "offer_title=VM"},
    {"one key in two objects", R"({"a":{"x":1},"b":{"x":2},"OfferTitle":"VM"})", "offer_title=VM"},
    // the pieces of LeadSource
    {"source only", R"({"LeadSource":"AzureMarketplace"})", "lead_source=AzureMarketplace"},
    {"source, action and offer", R"({"LeadSource":"AzureMarketplace-INS|a.b"})", "lead_source=AzureMarketplace-INS|a.b; publisher=a; offer_id=b; action_code=INS"},
    {"blanks round the pipe", R"({"LeadSource":"AzurePortal-Create | a.b-c-d"})", "lead_source=AzurePortal-Create | a.b-c-d; publisher=a; offer_id=b-c-d; action_code=Create"},
    {"AppSource", R"({"LeadSource":"AppSource (SPZA)-PLT|a.b.v2"})", "lead_source=AppSource (SPZA)-PLT|a.b.v2; publisher=a; offer_id=b.v2; action_code=PLT"},
    {"AppSource by another name", R"({"LeadSource":"SPZA-DNC|a.b"})", "lead_source=SPZA-DNC|a.b; publisher=a; offer_id=b; action_code=DNC"},
    {"a test drive", R"({"LeadSource":"TestDrive-StartTestDrive|a.b"})", "lead_source=TestDrive-StartTestDrive|a.b; publisher=a; offer_id=b; action_code=StartTestDrive"},
    {"a test lead", R"({"LeadSource":"MSFT_TEST_1-MSFT_TEST_1|My Offer"})", "lead_source=MSFT_TEST_1-MSFT_TEST_1|My Offer; offer_id=My Offer; action_code=MSFT_TEST_1"},
    {"ActionCode beside the source's", R"({"LeadSource":"AzureMarketplace-INS","ActionCode":"DNC"})", "lead_source=AzureMarketplace-INS; action_code=DNC"},
    {"a blank ActionCode beside it", R"({"LeadSource":"AzureMarketplace-INS","ActionCode":" "})", "lead_source=AzureMarketplace-INS; action_code=INS"},
    {"an action that nobody documents", R"({"ActionCode":"Uninstall"})", "action_code=Uninstall"},
};

constexpr Refused kRefused[] = {
    // no lead
    {"an empty object", R"({})", "no_known_field"},
    {"unknown fields only", R"({"a":1,"Email":"secret"})", "no_known_field"},
    {"an empty list", R"([])", "not_an_object"},
    {"a list of leads", R"([{"LeadSource":"secret"}])", "not_an_object"},
    {"a text", R"("secret")", "not_an_object"},
    {"a number", R"(12)", "not_an_object"},
    {"null", R"(null)", "not_an_object"},
    // a value of the wrong kind
    {"UserDetails is a text", R"({"UserDetails":"secret"})", "not_an_object"},
    {"UserDetails is a list", R"({"UserDetails":["secret"]})", "not_an_object"},
    {"UserDetails is a number", R"({"UserDetails":7})", "not_an_object"},
    {"a field is an object", R"({"LeadSource":{"secret":1}})", "not_text"},
    {"a field is a list", R"({"UserDetails":{"Email":["secret"]}})", "not_text"},
    // twice the same
    {"a field twice", R"({"LeadSource":"secret","LeadSource":"b"})", "duplicate_key"},
    {"a field twice, in two cases", R"({"LeadSource":"secret","leadsource":"b"})", "duplicate_key"},
    {"a field twice, null at first", R"({"LeadSource":null,"LeadSource":"secret"})", "duplicate_key"},
    {"UserDetails twice", R"({"UserDetails":{},"userDetails":{}})", "duplicate_key"},
    {"a person's field twice", R"({"UserDetails":{"Email":"a","EMAIL":"secret"}})", "duplicate_key"},
    {"an unknown key twice", R"({"LeadSource":"x","o":{"secret":1,"secret":2}})", "duplicate_key"},
    {"an unknown key twice, in escapes", R"({"LeadSource":"x","o":[{"\u0061":1,"a":2}]})", "duplicate_key"},
    // bytes
    {"a byte that is never UTF-8", "{\"LeadSource\":\"secret\xFF\"}", "invalid_utf8"},
    {"an overlong slash", "{\"LeadSource\":\"secret\xC0\xAF\"}", "invalid_utf8"},
    {"a surrogate in bytes", "{\"LeadSource\":\"secret\xED\xA0\x80\"}", "invalid_utf8"},
    {"Latin-1", "{\"LeadSource\":\"caf\xE9\"}", "invalid_utf8"},
    {"a cut character at the end", "{\"LeadSource\":\"x\"} \xF0\x9F\x9A", "invalid_utf8"},
    {"UTF-16", std::string_view("\xFF\xFE{\0", 4), "nul_byte"},
    {"a NUL at the end", std::string_view("{\"LeadSource\":\"x\"}\0", 19), "nul_byte"},
    {"a NUL, then more", std::string_view("{\"LeadSource\":\"x\"}\0secret", 25), "nul_byte"},
    {"a NUL in a text", R"({"LeadSource":"secret\u0000"})", "nul_byte"},
    {"a NUL in a key", R"({"LeadSource":"x","secret\u0000":1})", "nul_byte"},
    {"a high surrogate alone", R"({"LeadSource":"secret\uD83D"})", "not_json"},
    {"a low surrogate alone", R"({"LeadSource":"secret\uDE80"})", "not_json"},
    {"a high surrogate, then a letter", R"({"LeadSource":"secret\uD83Dx"})", "not_json"},
    {"two high surrogates", R"({"x":"secret\uD83D\uD83D","LeadSource":"x"})", "not_json"},
    // numbers
    {"a number that overflows", R"({"LeadSource":1e999})", "inexact_number"},
    {"a number that vanishes", R"({"LeadSource":"x","secret":[-1e-999]})", "inexact_number"},
    {"a number of 30 digits", R"({"UserDetails":{"Phone":123456789012345678901234567890}})", "inexact_number"},
    {"a number beyond 64 bits", R"({"LeadSource":"x","secret":18446744073709551617})", "inexact_number"},
    {"a negative beyond 64 bits", R"({"LeadSource":"x","secret":-9223372036854775809})", "inexact_number"},
    {"a fraction of 20 digits", R"({"LeadSource":"x","secret":0.12345678901234567890})", "inexact_number"},
    {"a leading zero", R"({"LeadSource":01})", "not_json"},
    {"a plus sign", R"({"LeadSource":+1})", "not_json"},
    {"a point without a digit", R"({"LeadSource":.5})", "not_json"},
    {"no number", R"({"LeadSource":NaN})", "not_json"},
    // no JSON
    {"text after the object", R"({"LeadSource":"x"} secret)", "not_json"},
    {"two objects", R"({"LeadSource":"x"}{})", "not_json"},
    {"cut off", R"({"LeadSource":"secret)", "not_json"},
    {"a comma too many", R"({"LeadSource":"x",})", "not_json"},
    {"a comma too few", R"({"LeadSource":"x" "OfferTitle":"secret"})", "not_json"},
    {"single quotes", R"({"LeadSource":'secret'})", "not_json"},
    {"a key without quotes", R"({LeadSource:"secret"})", "not_json"},
    {"a comment", R"(/* secret */{"LeadSource":"x"})", "not_json"},
    {"an escape of C", R"({"LeadSource":"secret\x41"})", "not_json"},
    {"a line break in a text", "{\"LeadSource\":\"sec\nret\"}", "not_json"},
    {"XML", "<lead>secret</lead>", "not_json"},
    {"a form", "LeadSource=secret&Email=x", "not_json"},
    {"a no-break space in front", "\xC2\xA0{}", "not_json"},
    {"a mark twice", "\xEF\xBB\xBF\xEF\xBB\xBF{\"LeadSource\":\"secret\"}", "not_json"},
};
// clang-format on

}  // namespace

TEST_CASE("every shape that can be read without guessing fills the fields it has") {
  for (const auto& shape : kReadable) {
    INFO(shape.name);
    const auto parsed = parse_lead(shape.body);
    REQUIRE(std::holds_alternative<ReadableLead>(parsed));
    REQUIRE(told(std::get<ReadableLead>(parsed).fields) == shape.fields);
  }
}

TEST_CASE("every shape that would need a guess is refused with a code and a place, and never quoted") {
  for (const auto& shape : kRefused) {
    INFO(shape.name);
    const auto parsed = parse_lead(shape.body);
    REQUIRE(std::holds_alternative<Unreadable>(parsed));
    const auto& refusal = std::get<Unreadable>(parsed);
    REQUIRE(refusal.code == shape.code);
    REQUIRE(refusal.message.find("secret") == std::string::npos);
    REQUIRE(refusal.message.starts_with("line 1, byte ") == (shape.code != "no_known_field"));
  }
}

TEST_CASE("each shape is there once") {
  std::set<std::string_view> bodies;
  for (const auto& shape : kReadable) bodies.insert(shape.body);
  for (const auto& shape : kRefused) bodies.insert(shape.body);
  REQUIRE(bodies.size() == std::size(kReadable) + std::size(kRefused));
}

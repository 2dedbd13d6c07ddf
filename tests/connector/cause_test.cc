#include "connector/cause.h"

#include <functional>
#include <vector>

#include "connector/crm_answer.h"
#include "support/catch.h"
#include "support/seeded_random.h"

using leadspool::LeadFields;
using leadspool::connector::http_cause;
using leadspool::connector::normalise_cause;

namespace {

// The cause of a CRM's whole answer.
std::string cause_of(int status, std::string_view body, const LeadFields& lead = {}) {
  const auto read = leadspool::connector::read_crm_answer(body);
  return http_cause(status, read.words, read.field, lead);
}

}  // namespace

TEST_CASE("a cause keeps the CRM's words and loses what differs from lead to lead") {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"", ""},
      {"missing required field last_name", "missing required field last_name"},
      {"e-mail someone@contoso.com is taken", "e-mail <email> is taken"},
      {"<someone+x@contoso.com>.", "<<email>>."},
      {"Contact already exists. Existing ID: 4711", "Contact already exists. Existing ID: <number>"},
      {"Contact already exists. Existing ID: 98", "Contact already exists. Existing ID: <number>"},
      {"value 3.14 of 12,000", "value <number> of <number>"},
      {"record 0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f is locked", "record <id> is locked"},
      {"trace=ab12cd34ef", "trace=<id>"},
      {"field address1_line2 is unknown", "field address1_line2 is unknown"},
      {"The value 'Zo\xC3\xAB M\xC3\xBCller' is bad", "The value <value> is bad"},
      {"field \"last_name\" is required", "field last_name is required"},
      {"\"Some One\" can't be \"MSFT_TEST_636573304831318844\"", "<value> can't be <value>"},
      {"phone +1 617 555 5555 is bad", "phone <number> is bad"},
      {"phone (617) 555-5555 is bad", "phone <number> is bad"},
      {"phone +1-617-555-5555 is bad", "phone <number> is bad"},
      {"o'brien@contoso.com is taken", "<email> is taken"},
      {"see https://crm.example/leads/4711?name=Some%20One.", "see <url>."},
      {"since 2026-11-21T09:30:00.123Z", "since <number>"},
      {"since 2026-11-21 09:30:00+01:00", "since <number>"},
      {"since 11/21/2026 9:30:07 PM, they say", "since <number>, they say"},
      {"since Sat, 21 Nov 2026 09:31:17 GMT.", "since <number>."},
      {"since Saturday 5 December 2026 at noon", "since <number> at noon"},
      {"may they come on a sunny day in March", "may they come on a sunny day in March"},
      {"192.0.2.17:443 is blocked", "<number> is blocked"},
      {"2001:db8::17 is blocked", "<number> is blocked"},
      {"no lock after 3012 ms", "no lock after <number> ms"},
      {"no lock after 3012ms", "no lock after <number>"},
      {"no lock after 1.2s", "no lock after <number>"},
      {"lead 00Q5e000001AbCdEAK", "lead <id>"},
      {"lead 5e8b is gone", "lead <id> is gone"},
      {"file 7262b8a9.pdf, upload/abcdefab.csv", "file <id>, upload/<id>"},
      {"request req-abcdefa1 failed", "request <id> failed"},
      {"id q83vEjRWeJCrze8SNFZ4kA==.", "id <id>."},
      {"id=/83vEj+WeJCrze8SNFZ4kA== of app", "id=<id> of app"},
      {"AnnualRevenueUSD= 7, LeadFirstName='x'", "AnnualRevenueUSD= <number>, LeadFirstName=<value>"},
      {"application/x-www-form-urlencoded, Lead/FirstName/LastName/EMailAddress1",
       "application/x-www-form-urlencoded, Lead/FirstName/LastName/EMailAddress1"},
      {"MissingRequiredFieldException of IsSSLRequiredForURLOfRequest",
       "MissingRequiredFieldException of IsSSLRequiredForURLOfRequest"},
      {"the 2nd value", "the 2nd value"},
      {"error 0x80040333 and -2147015902", "error 0x80040333 and <number>"},
      {"pointer 0x00007f848151a26f", "pointer <id>"},
      {"AADSTS7000215: Invalid client secret", "AADSTS7000215: Invalid client secret"},
      {"code \"INVALID_EMAIL\" of \"SMITH\"", "code INVALID_EMAIL of <value>"},
      {"column 'LeadKey__c' of 'some_One'", "column LeadKey__c of <value>"},
      {"the field 'emailaddress1' and 'someone1'", "the field emailaddress1 and <value>"},
      {"a property named 'websiteurl', a person named 'someone'",
       "a property named websiteurl, a person named <value>"},
      {"the length of the 'jobtitle' attribute", "the length of the jobtitle attribute"},
      {"the field 'Some One'", "the field <value>"},
      {"\xE2\x80\x9CSome One\xE2\x80\x9D and \xE2\x80\x98it\xE2\x80\x99", "<value> and <value>"},
      {"`Some One` and `Some One' are", "<value> and <value> are"},
      {"column `last_name`, value `it's`", "column last_name, value <value>"},
      {"\u201ESome One\u201C, \u00ABSome One\u00BB and \u2018it\u2019s one\u2019",
       "<value>, <value> and <value>"},
      {"can\u2019t be \u2019Some One\u2019", "can\u2019t be <value>"},
      {"\u201C\u5F20\u4E09\u201D\u5DF2", "<value>\u5DF2"},
      {"two\n lines\tof  it ", "two lines of it"},
      {"an open 'quote", "an open 'quote"},
      {"@ alone, and a trailing 7.", "@ alone, and a trailing <number>."},
  };
  for (const auto& [words, cause] : table) {
    INFO(words);
    REQUIRE(normalise_cause(words) == cause);
  }
}

TEST_CASE("failures that differ only in the lead have the same cause") {
  REQUIRE(normalise_cause("phone '+49 30 1234' of a@b.de is no number (request 81)") ==
          normalise_cause("phone '' of someone@contoso.com is no number (request 4711)"));
}

TEST_CASE("what the person said of themselves is in no cause, quoted or not") {
  const LeadFields lead{.first_name = "Zo\xC3\xAB",
                        .last_name = "Li",
                        .email = "zoe@contoso.com",
                        .country = "IN",
                        .company = "Contoso (India)",
                        .description = "call me"};
  const auto cause = [&](std::string_view words) { return normalise_cause(words, lead); };
  REQUIRE(cause("Zo\xC3\xAB Li exists already in CONTOSO (INDIA)") == "<value> exists already in <value>");
  REQUIRE(cause("Lionel is no Li, nor Li_x, but 'Li' and Li.") ==
          "Lionel is no <value>, nor Li_x, but <value> and <value>.");
  REQUIRE(cause("Last Name: data value too large: Li (max length=80)") ==
          "Last Name: data value too large: <value> (max length=<number>)");
  REQUIRE(cause("Call me: in IN") == "<value>: in <value>");
  REQUIRE(cause("zoe@contoso.com") == "<value>");
}

TEST_CASE("what CRMs answer for one reason is one cause, whatever the lead") {
  struct Row {
    int status;
    std::string_view one;
    std::string_view other;
    std::string_view cause;
  };
  const Row table[] = {
      // Dynamics 365
      {412,
       R"({"error":{"code":"0x80060892","message":"A record that has the attribute values Email already exists. Record 0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f (0x80060892)."}})",
       R"({"error":{"code":"0x80060892","message":"A record that has the attribute values Email already exists. Record ffffffff-aaaa-bbbb-cccc-1a2b3c4d5e6f (0x80060892)."}})",
       "HTTP 412: A record that has the attribute values Email already exists. Record <id> (0x80060892)."},
      {400,
       R"({"error":{"code":"0x80044331","message":"A validation error occurred.  The length of the 'jobtitle' attribute of the 'lead' entity exceeded the maximum allowed length of '100'."}})",
       R"({"error":{"code":"0x80044331","message":"A validation error occurred. The length of the 'jobtitle' attribute of the 'lead' entity exceeded the maximum allowed length of '128'."}})",
       "HTTP 400: A validation error occurred. The length of the jobtitle attribute of the lead entity "
       "exceeded the maximum allowed length of <value>."},
      {401,
       R"({"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys for app '6f0c2a3e-1111-4222-8333-944455556666' are expired. Trace ID: 1a2b3c4d-0000-4000-8000-00000000abcd Timestamp: 2026-11-21 09:30:00Z"})",
       R"({"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys for app '6f0c2a3e-1111-4222-8333-944455556666' are expired. Trace ID: ffffffff-0000-4000-8000-00000000abcd Timestamp: 2026-11-22 17:01:59Z"})",
       "HTTP 401: AADSTS7000222: The provided client secret keys for app <value> are expired. Trace ID: "
       "<id> Timestamp: <number>"},
      // Salesforce
      {400,
       R"([{"message":"Email: invalid email address: someone@contoso","errorCode":"INVALID_EMAIL_ADDRESS","fields":["Email"]}])",
       R"([{"message":"Email: invalid email address: x.y@z","errorCode":"INVALID_EMAIL_ADDRESS","fields":["Email"]}])",
       "HTTP 400: Email: invalid email address: <email>"},
      {400,
       R"([{"message":"duplicate value found: Key__c duplicates value on record with id: 00Q5e000001AbCd"}])",
       R"([{"message":"duplicate value found: Key__c duplicates value on record with id: 00QAb00000ZZZzz"}])",
       "HTTP 400: duplicate value found: Key__c duplicates value on record with id: <id>"},
      // HubSpot
      {409,
       R"({"status":"error","message":"Contact already exists. Existing ID: 123","correlationId":"a43683b0-5717-4ceb-80b4-104d02915d8c","category":"CONFLICT"})",
       R"({"status":"error","message":"Contact already exists. Existing ID: 98765432101","correlationId":"b43683b0-5717-4ceb-80b4-104d02915d8c","category":"CONFLICT"})",
       "HTTP 409: Contact already exists. Existing ID: <number>"},
      {400,
       R"({"message":"Property values were not valid: [{\"isValid\":false,\"message\":\"Email address a@b is invalid\",\"error\":\"INVALID_EMAIL\",\"name\":\"email\"}]","category":"VALIDATION_ERROR"})",
       R"({"message":"Property values were not valid: [{\"isValid\":false,\"message\":\"Email address c d@e is invalid\",\"error\":\"INVALID_EMAIL\",\"name\":\"email\"}]","category":"VALIDATION_ERROR"})",
       "HTTP 400: Property values were not valid: "
       "[{isValid:false,message:<value>,error:INVALID_EMAIL,name:<value>}]"},
      // Marketo
      {400,
       R"({"requestId":"e42b#14272d07d78","success":false,"errors":[{"code":"1003","message":"Lead 318592 is invalid"}]})",
       R"({"requestId":"f42b#14272d07d79","success":false,"errors":[{"code":"1003","message":"Lead 3 is invalid"}]})",
       "HTTP 400: Lead <number> is invalid"},
      // Odoo
      {422,
       R"j({"name":"odoo.exceptions.ValidationError","message":"The e-mail \u201cSome One\u201d is taken by crm.lead(17,)","arguments":["x"],"debug":"Traceback"})j",
       R"j({"name":"odoo.exceptions.ValidationError","message":"The e-mail \u201cAn Other\u201d is taken by crm.lead(4711,)","arguments":["y"],"debug":"Traceback"})j",
       "HTTP 422: The e-mail <value> is taken by crm.lead(<number>,)"},
  };
  for (const auto& [status, one, other, cause] : table) {
    INFO(one);
    REQUIRE(cause_of(status, one) == cause);
    REQUIRE(cause_of(status, other) == cause);
  }
}

TEST_CASE("what CRMs answer for different reasons is two causes") {
  const std::pair<std::string_view, std::string_view> table[] = {
      {R"j({"error":{"message":"Duplicate (0x80040333)"}})j",
       R"j({"error":{"message":"Duplicate (0x80060892)"}})j"},
      {R"({"message":"Could not find a property named 'jobtitel' on type 'lead'"})",
       R"({"message":"Could not find a property named 'fon' on type 'lead'"})"},
      {R"([{"message":"Required fields are missing","fields":["LastName"]}])",
       R"([{"message":"Required fields are missing","fields":["Company"]}])"},
      {R"({"message":"not valid: [{\"error\":\"INVALID_EMAIL\"}]"})",
       R"({"message":"not valid: [{\"error\":\"INVALID_DATE\"}]"})"},
      {R"({"error_description":"AADSTS7000215: wrong"})", R"({"error_description":"AADSTS7000222: wrong"})"},
  };
  for (const auto& [one, other] : table) {
    INFO(one);
    REQUIRE(cause_of(400, one) != cause_of(400, other));
  }
}

TEST_CASE("one reason is one cause, whatever its random id") {
  const auto hex = [](const std::vector<std::uint8_t>& bytes) {
    std::string text;
    for (const auto byte : bytes) {
      text += "0123456789abcdef"[byte >> 4];
      text += "0123456789abcdef"[byte & 15];
    }
    return text;
  };
  const auto base64 = [](const std::vector<std::uint8_t>& bytes) {
    constexpr std::string_view kSigns = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
      unsigned three = 0;
      for (std::size_t j = i; j < i + 3; ++j) three = three * 256 + (j < bytes.size() ? bytes[j] : 0U);
      for (const int shift : {18, 12, 6, 0}) text += kSigns[(three >> shift) & 63];
    }
    for (std::size_t i = 0; i < (3 - bytes.size() % 3) % 3; ++i) text[text.size() - 1 - i] = '=';
    return text;
  };
  const auto guid = [&](const std::vector<std::uint8_t>& bytes) {
    std::string text = hex(bytes);
    for (const std::size_t place : {8U, 13U, 18U, 23U}) text.insert(place, 1, '-');
    return text;
  };
  struct Row {
    std::size_t bytes;
    std::function<std::string(const std::vector<std::uint8_t>&)> written;
  };
  const Row table[] = {{16, guid}, {4, hex}, {8, hex}, {16, hex}, {16, base64}, {20, base64}, {32, base64}};
  leadspool::test::SeededRandom random;
  for (const auto& [size, written] : table) {
    std::vector<std::uint8_t> bytes(size);
    for (int i = 0; i < 10'000; ++i) {
      random.fill(bytes);
      const std::string id = written(bytes);
      INFO(id);
      REQUIRE(normalise_cause("Contact With Id = " + id + " Does Not Exist") ==
              "Contact With Id = <id> Does Not Exist");
      REQUIRE(normalise_cause("trace {" + id + "}, 'a'") == "trace {<id>}, <value>");
      if (written(bytes).find_first_of("+/=") == std::string::npos) {
        REQUIRE(normalise_cause("no file " + id + ".pdf.") == "no file <id>.");
      }
    }
  }
}

TEST_CASE("a cause that is cut does not end in a blank") {
  const std::string first(199, 'x');
  REQUIRE(normalise_cause(first + " and more") == first);
}

TEST_CASE("a cause is at most 200 bytes and is cut between characters") {
  std::string words;
  for (int i = 0; i < 150; ++i) words += "\xC3\xAB";
  const std::string cause = normalise_cause("x" + words);
  REQUIRE(cause.size() == 199);
  REQUIRE(cause == "x" + words.substr(0, 198));
}

TEST_CASE("the cause of an answer names the status and the field") {
  REQUIRE(http_cause(422, "", "") == "HTTP 422");
  REQUIRE(http_cause(422, "missing required field last_name", "last_name") ==
          "HTTP 422: missing required field last_name");
  REQUIRE(http_cause(422, "'Smith99' is too short", "last_name") ==
          "HTTP 422: <value> is too short (field last_name)");
  REQUIRE(http_cause(400, "", "address1_line2") == "HTTP 400 (field address1_line2)");
}

TEST_CASE("what a CRM names as the field goes into a cause only where it can be the name of one") {
  const leadspool::LeadFields lead{.first_name = "Mia", .last_name = "Chen", .email = "mia@example.com"};
  for (const std::string field :
       {"Mia Chen", "mia@example.com", "+1 617 555 0100", "6175550100", "Chen", "Chen.Mia", "last_name: Chen",
        "Zoe Smith", "https://crm.example/4711", "\x01"}) {
    INFO(field);
    REQUIRE(http_cause(422, "wrong", field, lead) == "HTTP 422: wrong");
    REQUIRE(http_cause(422, "", field, lead) == "HTTP 422");
  }
  REQUIRE(http_cause(422, "wrong", "contact.LastName", lead) == "HTTP 422: wrong (field contact.LastName)");
}

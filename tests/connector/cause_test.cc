#include "connector/cause.h"

#include "support/catch.h"

using leadspool::connector::http_cause;
using leadspool::connector::normalise_cause;

TEST_CASE("a cause keeps the CRM's words and loses what differs from lead to lead") {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"", ""},
      {"missing required field last_name", "missing required field last_name"},
      {"e-mail someone@contoso.com is taken", "e-mail <email> is taken"},
      {"<someone+x@contoso.com>.", "<<email>>."},
      {"Contact already exists. Existing ID: 4711", "Contact already exists. Existing ID: <number>"},
      {"Contact already exists. Existing ID: 98", "Contact already exists. Existing ID: <number>"},
      {"value 3.14 of 12,000", "value <number> of <number>,<number>"},
      {"record 0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f is locked", "record <id> is locked"},
      {"trace=ab12cd34ef", "trace=<id>"},
      {"field address1_line2 is unknown", "field address1_line2 is unknown"},
      {"The value 'Zo\xC3\xAB M\xC3\xBCller' is bad", "The value <value> is bad"},
      {"field \"last_name\" is required", "field last_name is required"},
      {"\"Some One\" can't be \"MSFT_TEST_636573304831318844\"", "<value> can't be <value>"},
      {"phone +1 617 555 5555 is bad", "phone <number> is bad"},
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

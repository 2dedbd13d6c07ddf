#include "lead/verdict.h"

#include "support/catch.h"

using namespace leadspool;

TEST_CASE("a lead is to be delivered unless its fields say otherwise") {
  LeadFields fields;
  REQUIRE(judge(fields).disposition == Disposition::deliver);
  fields.action_code = "INS";
  fields.first_name = "msft_test_1";
  fields.company = "a MSFT_TEST_1";
  REQUIRE(judge(fields).disposition == Disposition::deliver);
  REQUIRE(judge(fields).reason.empty());
}

TEST_CASE("the marketplace's test mark in any field makes a test lead") {
  for (const LeadField& field : kLeadFields) {
    LeadFields fields;
    fields.*field.member = "MSFT_TEST_636573304831318844";
    const auto verdict = judge(fields);
    REQUIRE(verdict.disposition == Disposition::test);
    REQUIRE(verdict.reason == std::string(field.name) +
                                  " begins with MSFT_TEST_: a test of the marketplace, sent "
                                  "2018-03-22T15:48:03.131Z");
  }
}

TEST_CASE("the action code DNC forbids contact, in any case, blanks aside, and in a test lead too") {
  for (const std::string_view code : {"DNC", "dnc", "Dnc", " DNC ", "DNC\r\n"}) {
    LeadFields fields;
    fields.action_code = code;
    fields.first_name = "MSFT_TEST_1";
    REQUIRE(judge(fields).disposition == Disposition::do_not_contact);
    REQUIRE_FALSE(judge(fields).reason.empty());
  }
  for (const std::string_view code : {"DNCX", "DN", "D N C", "$NC"}) {
    LeadFields fields;
    fields.action_code = code;
    REQUIRE(judge(fields).disposition == Disposition::deliver);
  }
}

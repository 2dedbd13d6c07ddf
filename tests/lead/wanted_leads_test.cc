// Which leads a destination wants.
#include "lead/wanted_leads.h"

#include "support/catch.h"

namespace leadspool {
namespace {

WantedLeads parsed(std::vector<WantedCondition> conditions) {
  auto wanted = WantedLeads::parse(std::move(conditions));
  REQUIRE(std::holds_alternative<WantedLeads>(wanted));
  return std::get<WantedLeads>(std::move(wanted));
}

WantedError refused(std::vector<WantedCondition> conditions) {
  auto wanted = WantedLeads::parse(std::move(conditions));
  REQUIRE(std::holds_alternative<WantedError>(wanted));
  return std::get<WantedError>(std::move(wanted));
}

struct Example {
  std::string source = "marketplace";
  Disposition disposition = Disposition::deliver;
  LeadFields fields{
      .country = "US", .publisher = "contoso", .offer_id = "crm.pro-plan", .action_code = "INS"};
};

bool wants(const WantedLeads& wanted, const Example& lead = {}) {
  return wanted.wants(lead.source, lead.disposition, lead.fields);
}

bool fits(const std::string& pattern, const std::string& offer) {
  return wants(parsed({{"offer", {pattern}}}), {.fields = {.offer_id = offer}});
}

}  // namespace

TEST_CASE("a destination without conditions wants every lead") {
  REQUIRE(wants({}));
  REQUIRE(wants({}, {.source = "", .disposition = Disposition::test, .fields = {}}));
}

TEST_CASE("every property of a lead can be asked for") {
  const std::vector<std::pair<std::string, std::string>> properties{
      {"source", "marketplace"}, {"publisher", "contoso"}, {"offer", "crm.pro-plan"},
      {"action", "INS"},         {"country", "US"},        {"disposition", "deliver"}};
  for (const auto& [property, value] : properties) {
    REQUIRE(wants(parsed({{property, {value}}})));
    REQUIRE_FALSE(wants(parsed({{property, {property == "disposition" ? "test" : "other"}}})));
  }
}

TEST_CASE("all conditions must hold, and one pattern of each is enough") {
  REQUIRE(wants(parsed({{"country", {"DE", "US"}}, {"publisher", {"contoso"}}})));
  REQUIRE_FALSE(wants(parsed({{"country", {"DE", "US"}}, {"publisher", {"fabrikam"}}})));
  REQUIRE_FALSE(wants(parsed({{"country", {"DE", "AT"}}})));
}

TEST_CASE("a star stands for any text, and capitals do not count") {
  REQUIRE(fits("*", ""));
  REQUIRE(fits("*", "anything"));
  REQUIRE(fits("crm*", "CRM"));
  REQUIRE(fits("*plan", "crm.pro-plan"));
  REQUIRE(fits("crm.*-*", "crm.pro-plan"));
  REQUIRE(fits("*a*a*", "banana"));
  REQUIRE(fits("a*b*c", "a-b-b-c"));
  REQUIRE(fits("", ""));
  REQUIRE_FALSE(fits("", "x"));
  REQUIRE_FALSE(fits("crm", "crm.pro"));
  REQUIRE_FALSE(fits("*pro", "crm.pro-plan"));
  REQUIRE_FALSE(fits("a*b*c", "a-b-b"));
  REQUIRE_FALSE(fits("*a", "ab"));
}

TEST_CASE("a long pattern of stars is matched without taking for ever") {
  std::string pattern;
  for (int i = 0; i < 2'000; ++i) pattern += "*a";
  REQUIRE_FALSE(fits(pattern + "b", std::string(20'000, 'a')));
  REQUIRE(fits(pattern, std::string(20'000, 'a')));
}

TEST_CASE("a condition that no lead can meet is a mistake, and the message names the mend") {
  const auto unknown = refused({{"county", {"US"}}});
  REQUIRE(unknown.property == "county");
  REQUIRE(unknown.message.find("did you mean `country`") != std::string::npos);
  REQUIRE(refused({{"country", {}}}).message.find("names nothing") != std::string::npos);
  REQUIRE(refused({{"disposition", {"quarantined"}}}).message.find("`quarantined` matches none of") == 0);
  REQUIRE(wants(parsed({{"disposition", {"te*"}}}), {.disposition = Disposition::test}));
}

}  // namespace leadspool

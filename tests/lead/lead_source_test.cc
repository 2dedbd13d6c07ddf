#include "lead/lead_source.h"

#include "support/catch.h"

namespace leadspool {

TEST_CASE("a lead source comes apart into the pieces it has") {
  struct Row {
    const char* text;
    const char* source;
    const char* action;
    const char* publisher;
    const char* offer;
  };
  const Row rows[] = {
      {"AzureMarketplace", "AzureMarketplace", "", "", ""},
      {"SPZA", "SPZA", "", "", ""},
      {"AppSource (SPZA)", "AppSource (SPZA)", "", "", ""},
      {"AzureMarketplace-INS|contoso.vm", "AzureMarketplace", "INS", "contoso", "vm"},
      {"AppSource (SPZA)-PLT|contoso.contoso-analytics.v2", "AppSource (SPZA)", "PLT", "contoso",
       "contoso-analytics.v2"},
      {"AzurePortal-Create | checkpoint.check-point-r77-10sg-byol", "AzurePortal", "Create", "checkpoint",
       "check-point-r77-10sg-byol"},
      {"AzureMarketplace-StartTestDrive|docusign.3701c77e-1cfa-4c56-91e6-3ed0b622145a", "AzureMarketplace",
       "StartTestDrive", "docusign", "3701c77e-1cfa-4c56-91e6-3ed0b622145a"},
      {"MSFT_TEST_1-MSFT_TEST_1|Contoso Analytics", "MSFT_TEST_1", "MSFT_TEST_1", "", "Contoso Analytics"},
      {"TestDrive-StartTestDrive|bitnami.openedxcypress", "TestDrive", "StartTestDrive", "bitnami",
       "openedxcypress"},
      {"MSFT_TEST_1-MSFT_TEST_1|<Offer Name>", "MSFT_TEST_1", "MSFT_TEST_1", "", "<Offer Name>"},
      {"AzureMarketplace|contoso.vm", "AzureMarketplace", "", "contoso", "vm"},
      {"AzureMarketplace-INS", "AzureMarketplace", "INS", "", ""},
      {"|contoso.vm", "", "", "contoso", "vm"},
      {"-DNC|", "", "DNC", "", ""},
      {"a-b-c|d.e|f", "a", "b-c", "d", "e|f"},
      {"x|.offer", "x", "", "", "offer"},
      {"x|publisher.", "x", "", "publisher", ""},
      {"   ", "", "", "", ""},
      {"", "", "", "", ""},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    const auto pieces = split_lead_source(row.text);
    REQUIRE(pieces.source == row.source);
    REQUIRE(pieces.action == row.action);
    REQUIRE(pieces.publisher == row.publisher);
    REQUIRE(pieces.offer == row.offer);
  }
}

TEST_CASE("fields that say what lead_source said follow it, and those that stand for themselves stay") {
  LeadFields fields{
      .lead_source = "SPZA-INS|fabrikam.two", .publisher = "contoso", .offer_id = "", .action_code = "PLT"};
  follow_lead_source(fields, "SPZA-PLT|contoso.one");
  REQUIRE(fields.publisher == "fabrikam");
  REQUIRE(fields.offer_id == "two");
  REQUIRE(fields.action_code == "INS");

  LeadFields own{.lead_source = "SPZA-INS|fabrikam.two",
                 .publisher = "adatum",
                 .offer_id = "mine",
                 .action_code = "DNC"};
  const LeadFields before = own;
  follow_lead_source(own, "SPZA-PLT|contoso.one");
  REQUIRE(own == before);
}

}  // namespace leadspool

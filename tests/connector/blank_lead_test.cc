// A lead of which the marketplace told nothing but that it came, as of people of schools.
#include <memory>
#include <utility>
#include <vector>

#include "connector/azure_table.h"
#include "connector/crm_fixture.h"
#include "connector/dynamics365.h"
#include "connector/email.h"
#include "connector/hubspot.h"
#include "connector/marketo.h"
#include "connector/odoo.h"
#include "connector/salesforce.h"
#include "connector/webhook.h"

using namespace leadspool;
using namespace leadspool::test;
using connector::CrmOptions;

namespace {

LeadWithPayload blank_lead() {
  LeadWithPayload lead;
  lead.id = *parse_uuid(kCrmLeadId);
  lead.received_at = kCrmNow;
  lead.source = "marketplace";
  return lead;
}

CrmOptions crm(connector::Mapping mapping, std::vector<connector::Column> columns) {
  CrmOptions options;
  options.url = "https://crm.example";
  options.mapping = std::move(mapping);
  options.columns = std::move(columns);
  return options;
}

}  // namespace

TEST_CASE("every default mapping sends a blank lead, but Marketo's, which has nothing to find it by") {
  const FakeClock clock(kCrmNow);
  const auto refusal = [](const connector::Connector& connector) {
    return connector.preview(blank_lead()).rejected_because;
  };
  connector::Dynamics365Options dynamics{
      .crm = crm(connector::dynamics365_mapping(), connector::dynamics365_columns()), .auth = {}};
  REQUIRE(refusal(connector::Dynamics365(dynamics, clock)).empty());
  connector::SalesforceOptions salesforce{
      .crm = crm(connector::salesforce_mapping(), connector::salesforce_columns()),
      .auth = {},
      .external_id_field = "LeadspoolId__c"};
  REQUIRE(refusal(connector::Salesforce(salesforce, clock)).empty());
  connector::HubSpotOptions hubspot{.crm = crm(connector::hubspot_mapping(), connector::hubspot_columns()),
                                    .auth = {}};
  REQUIRE(refusal(connector::HubSpot(hubspot, clock)).empty());
  connector::OdooOptions odoo{
      .crm = crm(connector::odoo_mapping(), connector::odoo_columns()), .auth = {}, .database = ""};
  REQUIRE(refusal(connector::Odoo(odoo, clock)).empty());
  connector::AzureTableOptions azure;
  azure.crm = crm(connector::azure_table_mapping(), connector::azure_table_columns());
  azure.table = "leads";
  azure.account_key = LiveSecret(Secret("c2VjcmV0"));
  REQUIRE(refusal(connector::AzureTable(azure, clock)).empty());
  connector::WebhookOptions webhook;
  webhook.url = "https://crm.example/leads";
  REQUIRE(refusal(connector::Webhook(webhook, clock)).empty());
  connector::EmailOptions email;
  email.smtp_url = "smtps://mail.example";
  email.mapping = connector::email_mapping();
  REQUIRE(refusal(connector::Email(email, clock)).empty());

  connector::MarketoOptions marketo{.crm = crm(connector::marketo_mapping(), connector::marketo_columns()),
                                    .auth = {}};
  REQUIRE(refusal(connector::Marketo(marketo, clock)) == "not sent: no value for the required column email");
}

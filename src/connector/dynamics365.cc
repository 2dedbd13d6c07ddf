#include "connector/dynamics365.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "connector/dataverse.h"
#include "connector/draft.h"
#include "connector/dynamics365_check.h"
#include "connector/outcomes.h"

namespace leadspool::connector {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kLeads = "leads";
// "Do not allow" on the form of a Lead, under Contact Methods.
constexpr std::array<const char*, 6> kContactFlags{"donotemail", "donotbulkemail",  "donotphone",
                                                   "donotfax",   "donotpostalmail", "donotsendmm"};

// A lookup is set by "campaignid@odata.bind", whose dot is part of the name: a mapping has nested it.
void join_annotations(Json& row) {
  constexpr std::string_view kAnnotated = "@odata";
  Json joined = Json::object();
  for (const auto& [name, value] : row.items()) {
    if (!name.ends_with(kAnnotated) || !value.is_object()) {
      joined[name] = value;
      continue;
    }
    for (const auto& [annotation, text] : value.items()) joined[name + "." + annotation] = text;
  }
  row = std::move(joined);
}

void add_contact_flags(const Mapping& mapping, Json& row) {
  const auto targets = mapping.targets();
  for (const char* const flag : kContactFlags) {
    if (std::ranges::find(targets, flag) == targets.end()) row[flag] = true;
  }
}

Draft draft_for(const Dynamics365Options& options, const LeadWithPayload& lead) {
  Rendered rendered = options.crm.mapping.render(lead, options.crm.columns, Empties::left_out);
  Draft draft;
  if (!rendered.missing.empty()) draft.rejection = missing_column(rendered);
  draft.cuts = std::move(rendered.cuts);
  Json row = Json::parse(rendered.json);
  join_annotations(row);
  if (options.entity == kLeads && lead.disposition == Disposition::do_not_contact) {
    add_contact_flags(options.crm.mapping, row);
  }
  draft.request =
      dataverse_request(options, "PATCH", options.entity + "(" + to_string(lead.id) + ")", row.dump());
  draft.request.headers.push_back({"If-None-Match", "*"});
  return draft;
}

}  // namespace

std::string dynamics365_token_url(std::string_view tenant_id) {
  return "https://login.microsoftonline.com/" + percent_encoded(tenant_id) + "/oauth2/v2.0/token";
}

Mapping dynamics365_mapping() {
  auto mapping = Mapping::of({{"subject", "{{ offer_title | 'Marketplace lead' }}"},
                              {"firstname", "{{ first_name }}"},
                              {"lastname", "{{ last_name | company | email | '(unknown)' }}"},
                              {"companyname", "{{ company }}"},
                              {"emailaddress1", "{{ email }}"},
                              {"telephone1", "{{ phone }}"},
                              {"jobtitle", "{{ title }}"},
                              {"address1_country", "{{ country }}"},
                              {"description", kLeadStory}});
  constexpr const char* kWeb = "8";
  const auto error = mapping.add_constants({{"leadsourcecode", kWeb}});
  CHECK(!error);
  return mapping;
}

std::vector<Column> dynamics365_columns() {
  return {{"subject", 300, true},   {"firstname", 50},     {"lastname", 50, true}, {"companyname", 100},
          {"emailaddress1", 100},   {"telephone1", 50},    {"mobilephone", 20},    {"jobtitle", 100},
          {"address1_country", 80}, {"description", 2000}, {"websiteurl", 200},    {"salutation", 100}};
}

Dynamics365::Dynamics365(Dynamics365Options options, const Clock& clock)
    : options_(std::move(options)), auth_(options_.auth, clock), clock_(clock) {}

Task<AttemptOutcome> Dynamics365::attempt(const LeadWithPayload& lead, http::Client& client) {
  const Draft draft = draft_for(options_, lead);
  if (draft.rejection) co_return *draft.rejection;
  auto sending = auth_.send(draft.request, client);
  const auto sent = co_await sending;
  if (const auto* unsent = std::get_if<AttemptOutcome>(&sent)) co_return *unsent;
  AttemptOutcome outcome =
      classify_dynamics365(std::get<http::ClientResult>(sent), lead.fields, clock_.now());
  if (outcome.outcome == Outcome::delivered) outcome.remote_id = to_string(lead.id);
  add_cuts(draft.cuts, outcome);
  co_return outcome;
}

RequestPreview Dynamics365::preview(const LeadWithPayload& lead) const {
  return preview_of(draft_for(options_, lead), auth_.masked_headers());
}

Task<std::vector<TestStep>> Dynamics365::test(http::Client& client) {
  auto testing = test_dynamics365(options_, auth_, clock_, client);
  auto steps = co_await testing;
  co_return steps;
}

}  // namespace leadspool::connector

#include "connector/salesforce.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "connector/draft.h"
#include "connector/outcomes.h"
#include "connector/salesforce_check.h"

namespace leadspool::connector {
namespace {

using Json = nlohmann::json;

Draft draft_for(const SalesforceOptions& options, const LeadWithPayload& lead) {
  Rendered rendered = options.crm.mapping.render(lead, options.crm.columns, Empties::left_out);
  Draft draft;
  if (!rendered.missing.empty()) draft.rejection = missing_column(rendered);
  draft.cuts = std::move(rendered.cuts);
  Json record = Json::parse(rendered.json);
  // What stands in the URL is refused in the body.
  record.erase(options.external_id_field);
  draft.request = salesforce_request(options, "PATCH", options.external_id_field + "/" + to_string(lead.id),
                                     record.dump());
  // A person asks several times, for a trial and then for a purchase: a rule that only warns must not keep
  // the second lead out.
  draft.request.headers.push_back({"Sforce-Duplicate-Rule-Header", "allowSave=true"});
  return draft;
}

// Two requests for one lead have met in the CRM, the first of which had no answer in time: the next try finds
// its record.
bool met_itself(const AttemptOutcome& outcome, const std::string& external_id_field) {
  return outcome.outcome == Outcome::rejected &&
         outcome.detail.find("duplicate value found: " + external_id_field) != std::string::npos;
}

}  // namespace

Mapping salesforce_mapping() {
  return Mapping::of({{"LastName", "{{ last_name | company | email | '(unknown)' }}"},
                      {"FirstName", "{{ first_name }}"},
                      {"Company", "{{ company | last_name | email | '(unknown)' }}"},
                      {"Email", "{{ email }}"},
                      {"Phone", "{{ phone }}"},
                      {"Title", "{{ title }}"},
                      {"Country", "{{ country }}"},
                      {"LeadSource", "{{ lead_source }}"},
                      {"Description", kLeadStory}});
}

std::vector<Column> salesforce_columns() {
  return {{"LastName", 80, true}, {"FirstName", 40},     {"Company", 255, true}, {"Email", 80},
          {"Phone", 40},          {"Title", 128},        {"Country", 80},        {"Website", 255},
          {"LeadSource", 255},    {"Description", 32000}};
}

http::ClientRequest salesforce_request(const SalesforceOptions& options, std::string method,
                                       std::string_view path, std::string body) {
  std::string whole = "/services/data/" + options.api_version + "/sobjects/" + options.object + "/";
  whole += path;
  auto request = crm_request(options.crm, std::move(method), whole, std::move(body));
  request.headers.push_back({"Accept", "application/json"});
  return request;
}

Salesforce::Salesforce(SalesforceOptions options, const Clock& clock)
    : options_(std::move(options)), auth_(options_.auth, clock), clock_(clock) {}

Task<AttemptOutcome> Salesforce::attempt(const LeadWithPayload& lead, http::Client& client) {
  const Draft draft = draft_for(options_, lead);
  if (draft.rejection) co_return *draft.rejection;
  auto sending = auth_.send(draft.request, client);
  const auto sent = co_await sending;
  if (const auto* unsent = std::get_if<AttemptOutcome>(&sent)) co_return *unsent;
  AttemptOutcome outcome = classify_salesforce(std::get<http::ClientResult>(sent), lead.fields, clock_.now());
  if (met_itself(outcome, options_.external_id_field)) {
    turn_into(Outcome::unavailable, outcome);
    outcome.counts_against_budget = true;
  }
  add_cuts(draft.cuts, outcome);
  co_return outcome;
}

RequestPreview Salesforce::preview(const LeadWithPayload& lead) const {
  return preview_of(draft_for(options_, lead), auth_.masked_headers());
}

Task<std::vector<TestStep>> Salesforce::test(http::Client& client) {
  auto testing = test_salesforce(options_, auth_, clock_, client);
  auto steps = co_await testing;
  co_return steps;
}

}  // namespace leadspool::connector

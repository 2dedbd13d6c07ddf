#include "connector/marketo.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "connector/draft.h"
#include "connector/lengths_step.h"
#include "connector/outcomes.h"
#include "connector/payload_reader.h"
#include "connector/test_steps.h"

namespace leadspool::connector {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kLeads = "/rest/v1/leads.json";
// Two upserts of one person at the same time make two; Marketo ends what has taken longer.
constexpr std::chrono::minutes kLongestWork{1};

http::ClientRequest sync_request(const MarketoOptions& options, const char* action, Json lead) {
  const Json body = {
      {"action", action}, {"lookupField", options.lookup_field}, {"input", Json::array({std::move(lead)})}};
  return crm_request(options.crm, "POST", kLeads, body.dump());
}

Draft draft_for(const MarketoOptions& options, const LeadWithPayload& lead) {
  Rendered rendered = options.crm.mapping.render(lead, options.crm.columns, Empties::left_out);
  Draft draft;
  if (!rendered.missing.empty()) draft.rejection = missing_column(rendered);
  draft.cuts = std::move(rendered.cuts);
  draft.request = sync_request(options, "createOrUpdate", Json::parse(rendered.json));
  return draft;
}

// The lookup field must have a value, or every lead without one would become another record.
MarketoOptions with_required_lookup(MarketoOptions options) {
  auto& columns = options.crm.columns;
  const auto found = std::ranges::find(columns, options.lookup_field, &Column::target);
  if (found != columns.end()) {
    found->required = true;
  } else {
    columns.push_back({options.lookup_field, 0, true});
  }
  return options;
}

// Marketo refuses a token with an answer of success.
bool refuses_token(const http::ClientAnswer& answer) {
  const std::string code = PayloadReader(answer.body).text_at({"errors", "0", "code"});
  return answer.status == 401 || code == "601" || code == "602";
}

struct Described {
  std::vector<std::string> writable;
  LongestTexts longest;
};

// From {"result": [{"length", "rest": {"name", "readOnly"}}]}.
Described read_fields(const std::string& body) {
  Described fields;
  const PayloadReader answer(body);
  constexpr std::size_t kMostFields = 5'000;
  const std::size_t count = std::min(answer.length_at({"result"}), kMostFields);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string at = std::to_string(i);
    const std::string name = answer.text_at({"result", at, "rest", "name"});
    if (name.empty() || answer.text_at({"result", at, "rest", "readOnly"}) == "true") continue;
    fields.writable.push_back(name);
    const std::string length = answer.text_at({"result", at, "length"});
    std::size_t longest = 0;
    std::from_chars(length.data(), length.data() + length.size(), longest);
    if (longest > 0) fields.longest.emplace(name, longest);
  }
  return fields;
}

// What an update of somebody who is not there was answered. It has no other field than the lookup field.
std::vector<TestStep> permission_steps(const std::string& lookup_field, const AttemptOutcome& outcome) {
  constexpr std::string_view kPermission = "permission to write people";
  const bool is_absent = outcome.cause.starts_with("Marketo 1006");
  const bool is_lookup = is_absent || outcome.cause.starts_with("Marketo 1011");
  const bool may_write = is_lookup || outcome.outcome == Outcome::rejected;
  std::vector<TestStep> steps;
  if (may_write) {
    steps.push_back(passed_step(std::string(kPermission), "the role of the API-only user has it"));
  } else {
    steps.push_back(hindered_step(std::string(kPermission), outcome, "client_id"));
  }
  if (is_absent) {
    steps.push_back(failed_step("key",
                                "Marketo has no field " + lookup_field +
                                    ": `lookup_field` is to be one under Marketo > Admin > Field Management",
                                "lookup_field"));
  } else if (is_lookup) {
    steps.push_back(hindered_step("key", outcome, "lookup_field"));
  }
  return steps;
}

}  // namespace

Mapping marketo_mapping() {
  return Mapping::of({{"email", "{{ email }}"},
                      {"firstName", "{{ first_name }}"},
                      {"lastName", "{{ last_name }}"},
                      {"company", "{{ company }}"},
                      {"phone", "{{ phone }}"},
                      {"title", "{{ title }}"},
                      {"country", "{{ country }}"},
                      {"leadSource", "{{ lead_source }}"}});
}

std::vector<Column> marketo_columns() {
  constexpr std::size_t kLongestText = 255;
  std::vector<Column> columns;
  for (const std::string& target : marketo_mapping().targets()) columns.push_back({target, kLongestText});
  return columns;
}

Marketo::Marketo(MarketoOptions options, const Clock& clock)
    : options_(with_required_lookup(std::move(options))), auth_(options_.auth, clock), clock_(clock) {}

Task<AttemptOutcome> Marketo::attempt(const LeadWithPayload& lead, http::Client& client) {
  Draft draft = draft_for(options_, lead);
  if (draft.rejection) co_return *draft.rejection;
  auto sending = auth_.send(std::move(draft.request), client, refuses_token);
  const auto sent = co_await sending;
  if (const auto* unsent = std::get_if<AttemptOutcome>(&sent)) co_return *unsent;
  AttemptOutcome outcome = classify_marketo(std::get<http::ClientResult>(sent), lead.fields, clock_.now());
  wait_for_its_end(kLongestWork, outcome);
  add_cuts(draft.cuts, outcome);
  co_return outcome;
}

RequestPreview Marketo::preview(const LeadWithPayload& lead) const {
  return preview_of(draft_for(options_, lead), auth_.masked_headers());
}

Task<std::vector<TestStep>> Marketo::test(http::Client& client) {
  std::vector<TestStep> steps;
  auto checking = auth_.check(client);
  const auto refused = co_await checking;
  if (refused) {
    steps.push_back(hindered_step("token", *refused, setting_named_in(refused->detail)));
    co_return steps;
  }
  steps.push_back(passed_step("token", "Marketo gives one"));

  // An update of somebody who cannot be there makes no record; who may not write is not even told so.
  Json nobody = {{options_.lookup_field, "nobody@leadspool.invalid"}};
  auto updating = auth_.send(sync_request(options_, "updateOnly", std::move(nobody)), client, refuses_token);
  const auto updated = co_await updating;
  const auto* unsent = std::get_if<AttemptOutcome>(&updated);
  const AttemptOutcome update =
      unsent ? *unsent : classify_marketo(std::get<http::ClientResult>(updated), {}, clock_.now());
  for (TestStep& step : permission_steps(options_.lookup_field, update)) steps.push_back(std::move(step));

  constexpr std::size_t kLongestList = 8 * 1024 * 1024;  // bytes; hundreds of fields, told at length
  http::ClientRequest asking = crm_request(options_.crm, "GET", "/rest/v1/leads/describe.json");
  asking.max_answer_bytes = kLongestList;
  auto asked = auth_.send(std::move(asking), client, refuses_token);
  const auto described = co_await asked;
  const auto* result = std::get_if<http::ClientResult>(&described);
  const auto* answer = result ? std::get_if<http::ClientAnswer>(result) : nullptr;
  const Described fields = answer ? read_fields(answer->body) : Described{};
  if (fields.writable.empty()) {
    steps.push_back(unknown_step("columns", "Marketo did not tell which fields a person has"));
    co_return steps;
  }
  steps.push_back(columns_step(options_.crm.mapping, fields.writable, "Marketo > Admin > Field Management"));
  steps.push_back(lengths_step(options_.crm, fields.longest));
  co_return steps;
}

}  // namespace leadspool::connector

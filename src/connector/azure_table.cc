#include "connector/azure_table.h"

#include <utility>
#include <variant>

#include <nlohmann/json.hpp>

#include "connector/azure_signature.h"
#include "connector/draft.h"
#include "connector/outcomes.h"
#include "connector/test_steps.h"

namespace leadspool::connector {
namespace {

using Json = nlohmann::ordered_json;
using Sent = std::variant<http::ClientResult, AttemptOutcome>;

constexpr std::size_t kLongestText = 32 * 1024;  // UTF-16 code units: 64 KiB

http::ClientRequest request_to(const AzureTableOptions& options, std::string method, std::string_view path,
                               std::string body = {}) {
  http::ClientRequest request = crm_request(options.crm, std::move(method), path, std::move(body));
  request.headers.push_back({"Accept", "application/json;odata=nometadata"});
  request.headers.push_back({"DataServiceVersion", "3.0"});
  request.headers.push_back({"MaxDataServiceVersion", "3.0"});
  request.headers.push_back({"x-ms-version", "2019-02-02"});
  return request;
}

// By the day it came and its id, so that a lead that comes again finds itself.
std::pair<std::string, std::string> keys_of(const Lead& lead) {
  constexpr std::size_t kDate = 10;  // "2026-11-21"
  return {to_rfc3339(lead.received_at).substr(0, kDate), to_string(lead.id)};
}

Draft draft_for(const AzureTableOptions& options, const LeadWithPayload& lead) {
  Rendered rendered = options.crm.mapping.render(lead, options.crm.columns);
  Draft draft;
  if (!rendered.missing.empty()) draft.rejection = missing_column(rendered);
  draft.cuts = std::move(rendered.cuts);
  const auto [partition_key, row_key] = keys_of(lead);
  Json entity = {{"PartitionKey", partition_key}, {"RowKey", row_key}};
  const Json mapped = Json::parse(rendered.json);
  for (const auto& [column, value] : mapped.items()) {
    if (value.is_null() || entity.contains(column)) continue;
    // A column holds no tables or lists, so they become their JSON text, as Microsoft's connector has it.
    entity[column] = value.is_structured() ? Json(value.dump()) : value;
  }
  draft.request = request_to(options, "POST", "/" + percent_encoded(options.table), entity.dump());
  draft.request.headers.push_back({"Prefer", "return-no-content"});
  return draft;
}

// Sends `request`, signed; after a 403 once more if the secret is another now.
Task<Sent> send(AzureTableOptions& options, http::ClientRequest request, const Clock& clock,
                http::Client& client) {
  LiveSecret& secret = options.sas.empty() ? options.account_key : options.sas;
  const Secret used = secret.get();
  auto authorised = authorise(options, request, clock.now());
  if (const auto* unusable = std::get_if<AttemptOutcome>(&authorised)) co_return *unusable;
  auto sending = client.send(std::get<http::ClientRequest>(std::move(authorised)));
  http::ClientResult result = co_await sending;
  const auto* answer = std::get_if<http::ClientAnswer>(&result);
  if (answer == nullptr || answer->status != 403) co_return result;
  static_cast<void>(secret.read_again());
  if (secret.get().reveal() == used.reveal()) co_return result;
  auto authorised_anew = authorise(options, request, clock.now());
  if (const auto* unusable = std::get_if<AttemptOutcome>(&authorised_anew)) co_return *unusable;
  auto sending_again = client.send(std::get<http::ClientRequest>(std::move(authorised_anew)));
  result = co_await sending_again;
  co_return result;
}

AttemptOutcome outcome_of_sent(const AzureTableOptions& options, const Sent& sent, const LeadFields& lead,
                               Time now) {
  if (const auto* unsent = std::get_if<AttemptOutcome>(&sent)) return *unsent;
  AttemptOutcome outcome = classify_azure_table(std::get<http::ClientResult>(sent), lead, now);
  hide_secrets(options, outcome);
  return outcome;
}

}  // namespace

Mapping azure_table_mapping() {
  return Mapping::of({{"CustomerInfo.FirstName", "{{ first_name }}"},
                      {"CustomerInfo.LastName", "{{ last_name }}"},
                      {"CustomerInfo.Email", "{{ email }}"},
                      {"CustomerInfo.Phone", "{{ phone }}"},
                      {"CustomerInfo.Country", "{{ country }}"},
                      {"CustomerInfo.Company", "{{ company }}"},
                      {"CustomerInfo.Title", "{{ title }}"},
                      {"LeadSource", "{{ lead_source }}"},
                      {"ActionCode", "{{ action_code }}"},
                      {"OfferDisplayName", "{{ offer_title }}"},
                      {"Description", "{{ description }}"},
                      {"CreatedTime", "{{ received_at }}"}});
}

std::vector<Column> azure_table_columns() {
  constexpr std::string_view kPerson = "CustomerInfo.";
  // As JSON a character may be twice as long, and all seven share one column.
  constexpr std::size_t kLongestOfPerson = 2'000;
  std::vector<Column> columns;
  for (const std::string& target : azure_table_mapping().targets()) {
    columns.push_back({target, target.starts_with(kPerson) ? kLongestOfPerson : kLongestText});
  }
  return columns;
}

AzureTable::AzureTable(AzureTableOptions options, const Clock& clock)
    : options_(with_account_name(std::move(options))), clock_(clock) {}

Task<AttemptOutcome> AzureTable::attempt(const LeadWithPayload& lead, http::Client& client) {
  Draft draft = draft_for(options_, lead);
  if (draft.rejection) co_return *draft.rejection;
  auto sending = send(options_, std::move(draft.request), clock_, client);
  const auto sent = co_await sending;
  AttemptOutcome outcome = outcome_of_sent(options_, sent, lead.fields, clock_.now());
  if (outcome.outcome == Outcome::delivered) {
    const auto [partition_key, row_key] = keys_of(lead);
    outcome.remote_id = partition_key + "/" + row_key;
  }
  add_cuts(draft.cuts, outcome);
  co_return outcome;
}

RequestPreview AzureTable::preview(const LeadWithPayload& lead) const {
  Draft draft = draft_for(options_, lead);
  mask_credential(options_, draft.request);
  return preview_of(std::move(draft), {});
}

Task<std::vector<TestStep>> AzureTable::test(http::Client& client) {
  const std::string secret = options_.sas.empty() ? "account_key" : "sas";
  const std::string permission = "permission to add rows";
  std::vector<TestStep> steps;
  if (const auto wrong = fault_of_sas(options_, clock_.now()); !wrong.empty()) {
    steps.push_back(failed_step(permission, wrong, secret));
    co_return steps;
  }
  auto asking =
      send(options_, request_to(options_, "GET", "/" + percent_encoded(options_.table) + "()?$top=1"), clock_,
           client);
  const auto asked = co_await asking;
  const AttemptOutcome outcome = outcome_of_sent(options_, asked, {}, clock_.now());
  const auto* result = std::get_if<http::ClientResult>(&asked);
  const auto* answer = result ? std::get_if<http::ClientAnswer>(result) : nullptr;
  const bool may_not_read = answer && azure_error_code(*answer) == "AuthorizationPermissionMismatch";
  const bool is_read =
      answer && answer->status == 200 && Json::parse(answer->body, nullptr, false).contains("value");
  if (is_read) {
    steps.push_back(passed_step("signature", "Azure takes it"));
    steps.push_back(passed_step("table", "there is a table " + options_.table));
  } else if (outcome.http_status == 404) {
    steps.push_back(passed_step("signature", "Azure takes it"));
    steps.push_back(hindered_step("table", outcome, "table"));
    co_return steps;
  } else if (may_not_read) {
    // It is good, and is asked for more than a lead needs.
    steps.push_back(passed_step("signature", "Azure takes it"));
    steps.push_back(unknown_step("table", "the signature may not read, so whether there is a table " +
                                              options_.table + " is not to be seen"));
  } else {
    steps.push_back(hindered_step("signature", outcome, secret));
    co_return steps;
  }
  if (allows_adding(options_)) {
    steps.push_back(
        passed_step(permission, secret == "sas" ? "the signature has it" : "an account key has it"));
  } else {
    steps.push_back(unknown_step(permission, "the signature leaves it to a stored access policy"));
  }
  co_return steps;
}

}  // namespace leadspool::connector

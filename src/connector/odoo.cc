#include "connector/odoo.h"

#include <chrono>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "connector/body_encoding.h"
#include "connector/characters.h"
#include "connector/crm_error.h"
#include "connector/draft.h"
#include "connector/outcomes.h"
#include "connector/payload_reader.h"
#include "connector/test_steps.h"

namespace leadspool::connector {
namespace {

using Json = nlohmann::json;
using Sent = std::variant<http::ClientResult, AttemptOutcome>;

constexpr const char* kCountry = "country_id";
constexpr const char* kDescription = "description";
// How long Odoo works on a request at the most (its limit_time_real), whether anybody waits or not. Before
// that a search may not find yet what is being made.
constexpr std::chrono::minutes kLongestWork{2};

http::ClientRequest call(const OdooOptions& options, std::string_view model_and_method,
                         const Json& arguments) {
  http::ClientRequest request =
      crm_request(options.crm, "POST", "/json/2/" + std::string(model_and_method), arguments.dump());
  if (!options.database.empty()) request.headers.push_back({"X-Odoo-Database", options.database});
  return request;
}

// Also among what was archived, as a lost lead is.
http::ClientRequest search(const OdooOptions& options, const std::string& model, const std::string& field,
                           const char* comparison, const std::string& value) {
  return call(options, model + "/search",
              {{"domain", Json::array({Json::array({field, comparison, value})})},
               {"limit", 1},
               {"context", {{"active_test", false}}}});
}

// For a field that Odoo takes for HTML.
std::string as_html(const std::string& text) {
  std::string html;
  for (const char c : encoding_for("text/html")(text)) {
    if (c == '\n') {
      html += "<br>";
    } else {
      html += c;
    }
  }
  return html;
}

// Blanks alone, as of a first and a last name that are both missing, are no value.
Json without_blanks(const Json& rendered) {
  Json values = Json::object();
  for (const auto& [name, value] : rendered.items()) {
    if (!value.is_string()) {
      values[name] = value;
    } else if (const auto text = trimmed(value.get_ref<const std::string&>()); !text.empty()) {
      values[name] = text;
    }
  }
  return values;
}

http::ClientRequest create(const OdooOptions& options, const Json& values) {
  return call(options, "crm.lead/create", {{"vals_list", Json::array({values})}});
}

struct OdooDraft : Draft {
  Json values;  // what `request` creates
};

OdooDraft draft_for(const OdooOptions& options, const LeadWithPayload& lead) {
  Rendered rendered = options.crm.mapping.render(lead, options.crm.columns, Empties::left_out);
  OdooDraft draft;
  if (!rendered.missing.empty()) draft.rejection = missing_column(rendered);
  draft.cuts = std::move(rendered.cuts);
  draft.values = without_blanks(Json::parse(rendered.json));
  if (const auto text = draft.values.find(kDescription); text != draft.values.end() && text->is_string()) {
    *text = as_html(text->get_ref<const std::string&>());
  }
  // Otherwise the kind depends on the user whose key it is, and the lead would be theirs.
  draft.values.emplace("type", "lead");
  draft.values.emplace("user_id", false);
  draft.values[options.marker_field] = to_string(lead.id);
  draft.request = create(options, draft.values);
  return draft;
}

AttemptOutcome outcome_of_sent(const Sent& sent, const LeadFields& lead, Time now) {
  if (const auto* unsent = std::get_if<AttemptOutcome>(&sent)) return *unsent;
  return classify_odoo(std::get<http::ClientResult>(sent), lead, now);
}

// A lead that was made has an id.
AttemptOutcome outcome_of_created(const Sent& created, const LeadFields& lead, Time now) {
  AttemptOutcome outcome = outcome_of_sent(created, lead, now);
  if (outcome.outcome != Outcome::delivered || !outcome.remote_id.empty()) return outcome;
  const auto& result = std::get<http::ClientResult>(created);
  return not_understood(std::get<http::ClientAnswer>(result), "the id of a lead", now);
}

// As =ilike takes it literally.
std::string without_wildcards(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

// The id of the country with that code or name; empty: there is none. An outcome: it could not be asked for.
Task<std::variant<std::string, AttemptOutcome>> find_country(const OdooOptions& options, Auth& auth,
                                                             std::string text, const Clock& clock,
                                                             http::Client& client) {
  auto asking = auth.send(search(options, "res.country", "code", "=", upper_case(text)), client);
  const auto by_code = co_await asking;
  AttemptOutcome found = outcome_of_sent(by_code, {}, clock.now());
  if (found.outcome == Outcome::delivered && found.remote_id.empty()) {
    auto asking_again =
        auth.send(search(options, "res.country", "name", "=ilike", without_wildcards(text)), client);
    const auto by_name = co_await asking_again;
    found = outcome_of_sent(by_name, {}, clock.now());
  }
  if (found.outcome != Outcome::delivered) co_return found;
  co_return found.remote_id;
}

// Of fields_get(), which leaves out what it does not know.
std::vector<TestStep> field_steps(const OdooOptions& options, const std::string& body) {
  const PayloadReader answer(body);
  std::vector<std::string> names;
  for (const std::string& target : options.crm.mapping.targets()) {
    const std::string name = target.substr(0, target.find('.'));
    if (!answer.text_at({name}).empty()) names.push_back(name);
  }
  constexpr std::string_view kWhereFields = "Odoo > Settings > Technical > Fields, or Studio";
  std::vector<TestStep> steps{columns_step(options.crm.mapping, names, kWhereFields)};
  if (!answer.text_at({options.marker_field}).empty()) {
    steps.push_back(passed_step("key", "leads are told apart by " + options.marker_field));
  } else {
    steps.push_back(failed_step("key",
                                "leads have no field " + options.marker_field + ": make it under " +
                                    std::string(kWhereFields) + ", or name another text field",
                                "marker_field"));
  }
  return steps;
}

}  // namespace

Mapping odoo_mapping() {
  const std::string description = std::string(kLeadStory) + "\nCountry: {{ country }}";
  return Mapping::of({{"name", "{{ offer_title | company | 'Marketplace lead' }}"},
                      {"contact_name", "{{ first_name }} {{ last_name }}"},
                      {"partner_name", "{{ company }}"},
                      {"email_from", "{{ email }}"},
                      {"phone", "{{ phone }}"},
                      {"function", "{{ title }}"},
                      {kDescription, description}});
}

std::vector<Column> odoo_columns() { return {{"name", 0, true}}; }

Odoo::Odoo(OdooOptions options, const Clock& clock)
    : options_(std::move(options)), auth_(options_.auth, clock), clock_(clock) {}

Task<AttemptOutcome> Odoo::attempt(const LeadWithPayload& lead, http::Client& client) {
  OdooDraft draft = draft_for(options_, lead);
  if (draft.rejection) co_return *draft.rejection;
  auto searching =
      auth_.send(search(options_, "crm.lead", options_.marker_field, "=", to_string(lead.id)), client);
  const auto searched = co_await searching;
  AttemptOutcome found = outcome_of_sent(searched, lead.fields, clock_.now());
  if (found.outcome != Outcome::delivered) co_return found;
  if (!found.remote_id.empty()) {
    found.detail += "; it has the lead already";
    co_return found;
  }

  std::string note;
  if (const auto named = draft.values.find(kCountry); named != draft.values.end() && named->is_string()) {
    const std::string text = named->get<std::string>();
    auto looking = find_country(options_, auth_, text, clock_, client);
    const auto country = co_await looking;
    if (const auto* failure = std::get_if<AttemptOutcome>(&country)) co_return *failure;
    const auto& id = std::get<std::string>(country);
    draft.values[kCountry] = Json::parse(id, nullptr, false);
    if (!draft.values[kCountry].is_number_integer()) {
      draft.values.erase(kCountry);
      note = "; country_id was left out, as Odoo has no such country";
    }
    draft.request = create(options_, draft.values);
  }

  auto creating = auth_.send(std::move(draft.request), client);
  const auto created = co_await creating;
  AttemptOutcome outcome = outcome_of_created(created, lead.fields, clock_.now());
  wait_for_its_end(kLongestWork, outcome);
  outcome.detail += note;
  add_cuts(draft.cuts, outcome);
  co_return outcome;
}

RequestPreview Odoo::preview(const LeadWithPayload& lead) const {
  return preview_of(draft_for(options_, lead), auth_.masked_headers());
}

Task<std::vector<TestStep>> Odoo::test(http::Client& client) {
  std::vector<TestStep> steps;
  Json fields = Json::array({options_.marker_field});
  for (const std::string& target : options_.crm.mapping.targets()) {
    fields.push_back(target.substr(0, target.find('.')));
  }
  const Json arguments = {{"allfields", std::move(fields)}, {"attributes", Json::array({"type"})}};
  auto asking = auth_.send(call(options_, "crm.lead/fields_get", arguments), client);
  const auto asked = co_await asking;
  const AttemptOutcome outcome = outcome_of_sent(asked, {}, clock_.now());
  const auto* result = std::get_if<http::ClientResult>(&asked);
  const auto* answer = result ? std::get_if<http::ClientAnswer>(result) : nullptr;
  const bool is_told = answer != nullptr && answer->status == 200 && trimmed(answer->body).starts_with('{');
  if (!is_told) {
    const bool is_key = outcome.http_status == 401 || outcome.http_status == 403;
    steps.push_back(hindered_step(is_key ? "token" : "database", outcome, is_key ? "api_key" : "database"));
    co_return steps;
  }
  steps.push_back(passed_step("token", "Odoo takes the API key"));

  auto asking_access = auth_.send(call(options_, "crm.lead/has_access", {{"operation", "create"}}), client);
  const auto access = co_await asking_access;
  const auto* told = std::get_if<http::ClientResult>(&access);
  const auto* word = told ? std::get_if<http::ClientAnswer>(told) : nullptr;
  const std::string_view may_create = word && word->status == 200 ? trimmed(word->body) : std::string_view{};
  const std::string permission = "permission to create leads";
  if (may_create == "true") {
    steps.push_back(passed_step(permission, "the user of the API key has it"));
  } else if (may_create == "false") {
    steps.push_back(failed_step(permission,
                                "the user whose key `api_key` is needs Sales > User under Odoo > Settings > "
                                "Users & Companies > Users",
                                "api_key"));
  } else {
    steps.push_back(unknown_step(permission, "Odoo did not tell"));
  }
  for (TestStep& step : field_steps(options_, answer->body)) steps.push_back(std::move(step));
  co_return steps;
}

}  // namespace leadspool::connector

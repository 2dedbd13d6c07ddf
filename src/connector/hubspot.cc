#include "connector/hubspot.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "connector/draft.h"
#include "connector/outcomes.h"
#include "connector/payload_reader.h"
#include "connector/test_steps.h"

namespace leadspool::connector {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kEmail = "email";
constexpr std::string_view kWhereProperties = "HubSpot > Settings > Properties > Contact properties";
constexpr std::string_view kUnknown = "(unknown)";

http::ClientRequest request_to(const HubSpotOptions& options, std::string method, std::string_view path,
                               const Json& body) {
  auto request =
      crm_request(options.crm, std::move(method), options.path_prefix + std::string(path), body.dump());
  // The answer repeats what it was sent, and has to be whole to be understood.
  constexpr std::size_t kLongestAnswer = 2 * 1024 * 1024;  // bytes
  request.max_answer_bytes = kLongestAnswer;
  return request;
}

// HubSpot makes no contact that has neither an e-mail address nor a name, as a lead of a school's person has.
void name_nobody(const HubSpotOptions& options, Json& properties) {
  if (!options.path_prefix.ends_with("/contacts")) return;
  for (const char* const name : {"email", "firstname", "lastname"}) {
    if (properties.contains(name)) return;
  }
  const auto company = properties.find("company");
  properties["lastname"] = company != properties.end() ? *company : Json(kUnknown);
}

Draft draft_for(const HubSpotOptions& options, const LeadWithPayload& lead) {
  Rendered rendered = options.crm.mapping.render(lead, options.crm.columns, Empties::left_out);
  Draft draft;
  if (!rendered.missing.empty()) draft.rejection = missing_column(rendered);
  draft.cuts = std::move(rendered.cuts);
  Json properties = Json::parse(rendered.json);
  name_nobody(options, properties);
  if (options.id_property == kEmail) {
    draft.request = request_to(options, "POST", "", {{"properties", std::move(properties)}});
    return draft;
  }
  Json input = {{"idProperty", options.id_property}, {"id", to_string(lead.id)}};
  input["properties"] = std::move(properties);
  draft.request = request_to(options, "POST", "/batch/upsert", {{"inputs", Json::array({std::move(input)})}});
  return draft;
}

// Without it nothing tells a contact that was made from one that was not.
bool has_key(const HubSpotOptions& options, const http::ClientRequest& request) {
  return options.id_property != kEmail ||
         !PayloadReader(request.body).text_at({"properties", std::string(kEmail)}).empty();
}

// Of the contact that has the e-mail address already; empty: the answer does not say so.
std::string existing_id(const http::ClientResult& result) {
  const auto* answer = std::get_if<http::ClientAnswer>(&result);
  if (answer == nullptr || (answer->status != 409 && answer->status != 207)) return {};
  const PayloadReader body(answer->body);
  const auto text = [&](const char* name) {
    return answer->status == 409 ? body.text_at({name}) : body.text_at({"errors", "0", name});
  };
  // The words as a whole, since others repeat what the lead brought, which may be such words as well.
  constexpr std::string_view kBefore = "Contact already exists. Existing ID: ";
  const std::string words = text("message");
  if (text("category") != "CONFLICT" || !words.starts_with(kBefore)) return {};
  const std::string id = words.substr(kBefore.size());
  return id.find_first_not_of("0123456789") == std::string::npos ? id : std::string{};
}

// The draft as an update of contact `id`.
http::ClientRequest update_of(const HubSpotOptions& options, const http::ClientRequest& draft,
                              const LeadWithPayload& lead, const std::string& id) {
  Json body = Json::parse(draft.body);
  if (options.id_property != kEmail) {
    Json properties = body["inputs"][0]["properties"];
    properties[options.id_property] = to_string(lead.id);
    body = {{"properties", std::move(properties)}};
  }
  return request_to(options, "PATCH", "/" + id, body);
}

// "/crm/v3/objects/contacts" -> "/crm/v3/properties/contacts"
std::string properties_path(std::string path) {
  constexpr std::string_view kObjects = "/objects/";
  if (const auto found = path.find(kObjects); found != std::string::npos) {
    path.replace(found, kObjects.size(), "/properties/");
  }
  return path;
}

// From {"results": [{"name", "hasUniqueValue"}]}.
std::vector<TestStep> property_steps(const HubSpotOptions& options, const std::string& body) {
  std::vector<std::string> names;
  bool is_unique = options.id_property == kEmail;
  const PayloadReader answer(body);
  constexpr std::size_t kMostProperties = 5'000;
  const std::size_t count = std::min(answer.length_at({"results"}), kMostProperties);
  for (std::size_t i = 0; i < count; ++i) {
    names.push_back(answer.text_at({"results", std::to_string(i), "name"}));
    if (names.back() != options.id_property) continue;
    is_unique = is_unique || answer.text_at({"results", std::to_string(i), "hasUniqueValue"}) == "true";
  }
  std::vector<TestStep> steps{columns_step(options.crm.mapping, names, kWhereProperties)};
  if (is_unique) {
    steps.push_back(passed_step("key", "contacts are told apart by " + options.id_property));
  } else {
    steps.push_back(failed_step("key",
                                "HubSpot has no property " + options.id_property +
                                    " with unique values: make it under " + std::string(kWhereProperties) +
                                    ", with \"Require unique values for this property\"",
                                "id_property"));
  }
  return steps;
}

}  // namespace

Mapping hubspot_mapping() {
  return Mapping::of({{"email", "{{ email }}"},
                      {"firstname", "{{ first_name }}"},
                      {"lastname", "{{ last_name }}"},
                      {"phone", "{{ phone }}"},
                      {"company", "{{ company }}"},
                      {"jobtitle", "{{ title }}"},
                      {"country", "{{ country }}"},
                      {"message", kLeadStory}});
}

std::vector<Column> hubspot_columns() {
  constexpr std::size_t kLongestText = 65'536;
  std::vector<Column> columns;
  for (const std::string& target : hubspot_mapping().targets()) columns.push_back({target, kLongestText});
  return columns;
}

HubSpot::HubSpot(HubSpotOptions options, const Clock& clock)
    : options_(std::move(options)), auth_(options_.auth, clock), clock_(clock) {}

Task<AttemptOutcome> HubSpot::attempt(const LeadWithPayload& lead, http::Client& client) {
  Draft draft = draft_for(options_, lead);
  if (draft.rejection) co_return *draft.rejection;
  auto sending = auth_.send(draft.request, client);
  auto sent = co_await sending;
  if (const auto* unsent = std::get_if<AttemptOutcome>(&sent)) co_return *unsent;
  const std::string existing = existing_id(std::get<http::ClientResult>(sent));
  if (!existing.empty()) {
    auto updating = auth_.send(update_of(options_, draft.request, lead, existing), client);
    sent = co_await updating;
    if (const auto* unsent = std::get_if<AttemptOutcome>(&sent)) co_return *unsent;
  }
  AttemptOutcome outcome = classify_hubspot(std::get<http::ClientResult>(sent), lead.fields, clock_.now());
  if (outcome.outcome == Outcome::delivered && outcome.remote_id.empty()) outcome.remote_id = existing;
  if (!has_key(options_, draft.request)) forbid_repeating(outcome);
  add_cuts(draft.cuts, outcome);
  co_return outcome;
}

RequestPreview HubSpot::preview(const LeadWithPayload& lead) const {
  return preview_of(draft_for(options_, lead), auth_.masked_headers());
}

Task<std::vector<TestStep>> HubSpot::test(http::Client& client) {
  std::vector<TestStep> steps;
  // There is no contact 0, so nothing is changed; without the permission to write, that is not even looked
  // for.
  const Json nothing = {{"properties", Json::object()}};
  auto writing =
      auth_.send(crm_request(options_.crm, "PATCH", options_.path_prefix + "/0", nothing.dump()), client);
  const auto written = co_await writing;
  const auto* unsent = std::get_if<AttemptOutcome>(&written);
  const AttemptOutcome write =
      unsent ? *unsent : classify_hubspot(std::get<http::ClientResult>(written), {}, clock_.now());
  const bool is_missing = write.http_status == 404 && write.outcome == Outcome::unavailable;
  const bool may_write = is_missing || write.outcome == Outcome::rejected;
  const bool is_of_another =
      write.outcome == Outcome::misconfigured && !write.concerns_every_lead && write.http_status != 403;
  if (is_of_another) {
    steps.push_back(hindered_step("address", write, "url"));
    co_return steps;
  }
  if (!may_write && (write.outcome != Outcome::misconfigured || write.http_status == 401)) {
    steps.push_back(hindered_step("token", write, "token"));
    co_return steps;
  }
  steps.push_back(passed_step("token", "HubSpot takes it"));
  if (may_write) {
    steps.push_back(passed_step("permission to write contacts", "the token has it"));
  } else {
    const bool is_scope = write.http_status == 403;
    steps.push_back(hindered_step(is_scope ? "permission to write contacts" : "object", write,
                                  is_scope ? "token" : "path_prefix"));
  }

  constexpr std::size_t kLongestList = 8 * 1024 * 1024;  // bytes; hundreds of properties, told at length
  http::ClientRequest asking = crm_request(options_.crm, "GET", properties_path(options_.path_prefix));
  asking.max_answer_bytes = kLongestList;
  auto asked = auth_.send(std::move(asking), client);
  const auto listed = co_await asked;
  const auto* result = std::get_if<http::ClientResult>(&listed);
  const auto* answer = result ? std::get_if<http::ClientAnswer>(result) : nullptr;
  if (answer != nullptr && answer->status == 200) {
    for (TestStep& step : property_steps(options_, answer->body)) steps.push_back(std::move(step));
  } else {
    steps.push_back(unknown_step(
        "columns", "HubSpot shows its properties only to a token with the scope crm.schemas.contacts.read"));
  }
  co_return steps;
}

}  // namespace leadspool::connector

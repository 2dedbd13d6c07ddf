#include "simulator/marketo_crm.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/uuid.h"
#include "simulator/email_address.h"
#include "simulator/lead_body.h"
#include "simulator/marketo_words.h"

namespace leadspool::simulator {
namespace {

using http::Answer;
using http::Request;
using http::Response;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMostInputs = 300;
constexpr std::size_t kLongestText = 255;  // the length that describe.json tells of every field
constexpr int kMostAtOnce = 10;

// One more request in flight, for as long as it lives.
class Counted {
 public:
  explicit Counted(std::atomic<int>& in_flight) : in_flight_(in_flight), number_(++in_flight) {}
  ~Counted() { --in_flight_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

  [[nodiscard]] int number() const { return number_; }

 private:
  std::atomic<int>& in_flight_;
  const int number_;
};

// Other fields cannot be looked up by; one made by hand can, its name tells.
bool can_be_looked_up(std::string_view field) { return field == "email" || field.ends_with("Id"); }

bool is_known(std::string_view field, const AccessSettings& settings) {
  return std::ranges::find(settings.fields, field) != settings.fields.end();
}

AccessSettings settings_at_first() {
  return {.fields = {"email", "firstName", "lastName", "company", "phone", "mobilePhone", "title", "country",
                     "leadSource", "website", "address", "city", "state", "postalCode", "salutation",
                     "leadStatus", "doNotCall", "unsubscribed", "leadspoolId"}};
}

// Why a lead is skipped; empty when it is taken.
std::string skip_reason(const Json& lead, const std::string& lookup_field, const AccessSettings& settings) {
  for (const auto& [name, value] : lead.items()) {
    if (!is_known(name, settings)) return marketo_skipped("1006", "Field '" + name + "' not found");
    if (value.is_structured()) return marketo_skipped("1001", "Invalid value for field '" + name + "'");
    if (value.is_string() && utf16_length(value.get_ref<const std::string&>()) > kLongestText) {
      return marketo_skipped("1003", "Value for field '" + name + "' is longer than 255");
    }
  }
  const auto key = lead.find(lookup_field);
  if (key == lead.end() || !key->is_string() || *key == "") {
    return marketo_skipped("1003", "Value for lookup field '" + lookup_field + "' is missing");
  }
  const auto email = lead.find("email");
  if (email == lead.end() || !email->is_string() || *email == "") return {};
  const auto& address = email->get_ref<const std::string&>();
  const bool is_ascii = std::ranges::all_of(address, [](unsigned char c) { return c < 0x80; });
  if (is_ascii && is_email_address(address)) return {};
  return marketo_skipped("1003", "Invalid value for field 'email'");
}

std::string key_of(const Json& lead, const std::string& lookup_field) {
  const auto key = lead.find(lookup_field);
  return key != lead.end() && key->is_string() ? to_lower(key->get_ref<const std::string&>()) : std::string();
}

std::string lookup_field_of(const Json& sent) { return sent.value("lookupField", "email"); }

// Null unless there are leads, as many as may be sent at once.
Json read_sent(const std::string& body) {
  if (!is_lead_body(body)) return {};
  Json sent = Json::parse(body);
  const auto input = sent.find("input");
  if (input == sent.end() || !input->is_array() || input->empty() || input->size() > kMostInputs) return {};
  const bool are_leads = std::ranges::all_of(*input, [](const Json& lead) { return lead.is_object(); });
  for (const auto name : {"action", "lookupField"}) {
    if (sent.contains(name) && !sent.at(name).is_string()) return {};
  }
  return are_leads ? sent : Json();
}

std::string second_of(const std::string& key) { return key + "#2"; }

std::string done(const std::string& id, const char* what) {
  return Json{{"id", std::stoi(id)}, {"status", what}}.dump();
}

}  // namespace

MarketoCrm::MarketoCrm(const Clock& clock, Random& random)
    : clock_(clock),
      random_(random),
      faults_(
          {}, [this](const Fault& fault) { return marketo_words(fault, new_request_id()); }, random),
      records_(clock),
      access_(settings_at_first(), clock, random) {}

void MarketoCrm::add_routes(http::Router& router, const std::string& path) {
  faults_.add_routes(router, path);
  records_.add_routes(router, path);
  access_.add_routes(router, path);
  const auto token = [this](const Request& request) {
    return faults_.strike(FaultPlace::token, request, [&] { return give_token(request); });
  };
  router.add("GET", path + "/identity/oauth/token", token);
  router.add("POST", path + "/identity/oauth/token", token);
  router.add("POST", path + "/rest/v1/leads.json",
             [this](const Request& request) { return receive(request); });
  router.add("GET", path + "/rest/v1/leads/describe.json",
             [this](const Request& request) { return describe(request); });
}

Answer MarketoCrm::give_token(const Request& request) {
  auto form = read_form(request.body);
  for (const auto& [name, value] : request.query) form[name] = value;
  if (form["grant_type"] != "client_credentials") {
    return marketo_token_error(400, "unsupported_grant_type",
                               "Unsupported grant type: " + form["grant_type"]);
  }
  const AccessSettings settings = access_.settings();
  if (form["client_id"] != settings.client_id) {
    return marketo_token_error(401, "unauthorized", "No client with requested id: " + form["client_id"]);
  }
  if (form["client_secret"] != settings.client_secret) {
    return marketo_token_error(401, "invalid_client", "Bad client credentials");
  }

  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.steady_now();
  if (!access_.knows(token_)) {
    const auto issued = access_.issue();
    token_ = issued.token;
    lapses_at_ = now + issued.expires_in;
  }
  const auto rest = std::chrono::duration_cast<std::chrono::seconds>(lapses_at_ - now);
  return Response{.body = Json{{"access_token", token_},
                               {"token_type", "bearer"},
                               {"expires_in", rest.count()},
                               {"scope", "leadspool@example.com"}}
                              .dump()};
}

Answer MarketoCrm::receive(const Request& request) {
  const Counted counted(in_flight_);
  if (counted.number() > kMostAtOnce) {
    return marketo_error(new_request_id(), "615", "Concurrent access limit reached");
  }
  const Matches matches = look_up(request);
  return faults_.strike(FaultPlace::records, request, [&] { return store(request, matches); });
}

Answer MarketoCrm::describe(const Request& request) {
  if (auto refusal = refuse_token(request)) return std::move(*refusal);
  Json fields = Json::array();
  for (const auto& name : access_.settings().fields) {
    fields.push_back({{"id", fields.size() + 1},
                      {"displayName", name},
                      {"dataType", name == "email" ? "email" : "string"},
                      {"length", kLongestText},
                      {"rest", {{"name", name}, {"readOnly", false}}}});
  }
  return marketo_result(new_request_id(), fields.dump());
}

MarketoCrm::Matches MarketoCrm::look_up(const Request& request) const {
  const Json sent = read_sent(request.body);
  Matches matches;
  if (sent.is_null()) return matches;
  for (const auto& lead : sent.at("input")) {
    const std::string field = lookup_field_of(sent);
    const std::string key = key_of(lead, field);
    auto match = key.empty() ? std::nullopt : records_.find(key);
    // A lead that came by another field.
    if (!match && !key.empty()) match = records_.find_by(field, lead.at(field).get_ref<const std::string&>());
    matches.push_back(std::move(match));
  }
  return matches;
}

Answer MarketoCrm::store(const Request& request, const Matches& matches) {
  if (auto refusal = refuse_token(request)) return std::move(*refusal);
  const std::string request_id = new_request_id();
  if (!to_lower(request.header("Content-Type")).starts_with("application/json")) {
    return marketo_error(request_id, "612", "Invalid Content Type");
  }
  const Json sent = read_sent(request.body);
  if (sent.is_null()) return marketo_error(request_id, "609", "Invalid JSON");
  const AccessSettings settings = access_.settings();
  const std::string field = lookup_field_of(sent);
  if (!is_known(field, settings)) return marketo_error(request_id, "1006", "Field '" + field + "' not found");
  if (!can_be_looked_up(field))
    return marketo_error(request_id, "1011", "Field '" + field + "' not supported");
  const std::string action = sent.value("action", "createOrUpdate");
  if (action != "createOrUpdate" && action != "createOnly" && action != "updateOnly") {
    return marketo_error(request_id, "1001", "Invalid value '" + action + "'. Required of type 'action'");
  }

  Json result = Json::array();
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const Json& lead = sent.at("input").at(i);
    std::string told = skip_reason(lead, field, settings);
    if (told.empty()) told = sync(lead.dump(), key_of(lead, field), action, matches[i]);
    result.push_back(Json::parse(told));
  }
  return marketo_result(request_id, result.dump());
}

std::string MarketoCrm::sync(const std::string& lead_json, const std::string& key, std::string_view action,
                             const std::optional<Record>& match) {
  if (!match) {
    if (action == "updateOnly") return marketo_skipped("1004", "Lead not found");
    return done(add(key, lead_json), "created");
  }
  if (records_.find(second_of(match->key))) {
    return marketo_skipped("1007", "Multiple lead match lookup criteria");
  }
  if (action == "createOnly") {
    (void)records_.put(match->key, match->id, match->lead_json, Records::IfThere::keep);
    return marketo_skipped("1005", "Lead already exists");
  }
  Json merged = Json::parse(match->lead_json);
  merged.update(Json::parse(lead_json));
  return done(records_.put(match->key, match->id, merged.dump(), Records::IfThere::replace).record.id,
              "updated");
}

std::optional<Response> MarketoCrm::refuse_token(const Request& request) {
  const auto token = http::bearer_token(request);
  if (token.empty()) return marketo_error(new_request_id(), "600", "Access token not specified");
  if (access_.knows(token)) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (token == token_) return marketo_error(new_request_id(), "602", "Access token expired");
  return marketo_error(new_request_id(), "601", "Access token invalid");
}

// "5e6f#0192f3c15b1e"
std::string MarketoCrm::new_request_id() const {
  const std::string uuid = to_string(make_uuid_v7(clock_.now(), random_));
  return uuid.substr(32) + "#" + uuid.substr(0, 8) + uuid.substr(9, 4);
}

std::string MarketoCrm::add(const std::string& key, const std::string& lead_json) {
  const std::lock_guard lock(mutex_);
  std::string free = key;
  for (int number = 2; records_.find(free); ++number) free = key + "#" + std::to_string(number);
  return records_.put(free, std::to_string(++last_id_), lead_json, Records::IfThere::keep).record.id;
}

}  // namespace leadspool::simulator

#include "simulator/hubspot_crm.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/uuid.h"
#include "simulator/email_address.h"
#include "simulator/hubspot_words.h"
#include "simulator/lead_body.h"

namespace leadspool::simulator {
namespace {

using http::Answer;
using http::Request;
using http::Response;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMostInputs = 100;

AccessSettings settings_at_first() {
  return {.fields = {"email", "firstname", "lastname", "phone", "mobilephone", "company", "jobtitle",
                     "country", "message", "website", "hs_lead_status", "lifecyclestage", "hs_lead_source",
                     "address", "city", "state", "zip", "leadspool_id"}};
}

// What keeps `properties` from being taken, one for each property; empty: nothing.
std::vector<PropertyRefusal> wrong_values(const Json& properties) {
  std::vector<PropertyRefusal> wrong;
  for (const auto& [name, value] : properties.items()) {
    if (value.is_structured()) {
      wrong.push_back({name, "INVALID_VALUE", "Property \"" + name + "\" takes one value"});
    } else if (name == "email" && value.is_string() && value != "" &&
               !is_email_address(value.get<std::string>())) {
      wrong.push_back({name, "INVALID_EMAIL", "Email address " + value.get<std::string>() + " is invalid"});
    }
  }
  return wrong;
}

std::vector<PropertyRefusal> unknown_properties(const Json& properties,
                                                const std::vector<std::string>& known) {
  std::vector<PropertyRefusal> unknown;
  for (const auto& [name, value] : properties.items()) {
    if (std::ranges::find(known, name) != known.end()) continue;
    unknown.push_back({name, "PROPERTY_DOESNT_EXIST", "Property \"" + name + "\" does not exist"});
  }
  return unknown;
}

std::vector<PropertyRefusal> refused_in(const Json& properties, const std::vector<std::string>& known) {
  auto unknown = unknown_properties(properties, known);
  return unknown.empty() ? wrong_values(properties) : unknown;
}

bool has_text(const Json& properties, const char* name) {
  const auto found = properties.find(name);
  return found != properties.end() && found->is_string() && *found != "";
}

std::string email_of(const Json& properties) {
  return has_text(properties, "email") ? to_lower(properties.at("email").get<std::string>()) : std::string();
}

// `properties` of a body that creates or changes one contact; null unless there are some.
Json read_properties(const std::string& body) {
  if (!is_lead_body(body)) return {};
  const Json sent = Json::parse(body);
  const auto properties = sent.find("properties");
  if (properties == sent.end() || !properties->is_object() || properties->empty()) return {};
  return *properties;
}

// `inputs` of a batch; null unless they are as they should be.
Json read_inputs(const std::string& body) {
  if (!is_lead_body(body)) return {};
  const Json sent = Json::parse(body);
  const auto inputs = sent.find("inputs");
  if (inputs == sent.end() || !inputs->is_array() || inputs->empty() || inputs->size() > kMostInputs)
    return {};
  const bool are_inputs = std::ranges::all_of(*inputs, [](const Json& input) {
    return input.is_object() && input.contains("properties") && input.at("properties").is_object() &&
           has_text(input, "idProperty") && has_text(input, "id");
  });
  return are_inputs ? *inputs : Json();
}

Json contact_json(const Record& record, Time now) {
  Json properties = Json::parse(record.lead_json);
  const std::string id = properties.at("hs_object_id").get<std::string>();
  properties["createdate"] = to_rfc3339(record.received_at);
  properties["lastmodifieddate"] = to_rfc3339(now);
  return Json{{"id", id},
              {"properties", std::move(properties)},
              {"createdAt", to_rfc3339(record.received_at)},
              {"updatedAt", to_rfc3339(now)},
              {"archived", false}};
}

// Of a property made by hand its name tells whether it is unique.
bool is_unique(std::string_view property) { return property.ends_with("_id"); }

}  // namespace

HubSpotCrm::HubSpotCrm(const Clock& clock, Random& random)
    : clock_(clock),
      random_(random),
      faults_(
          {}, [this](const Fault& fault) { return hubspot_words(fault, new_correlation_id()); }, random),
      records_(clock),
      access_(settings_at_first(), clock, random) {}

void HubSpotCrm::add_routes(http::Router& router, const std::string& path) {
  faults_.add_routes(router, path);
  records_.add_routes(router, path);
  access_.add_routes(router, path);
  add_contact_routes(router, path + "/crm/v3/objects/contacts");
  add_contact_routes(router, path + "/crm/objects/{version}/contacts");
  const auto properties = let_in([this](const Request&) { return list_properties(); });
  router.add("GET", path + "/crm/v3/properties/contacts", properties);
  router.add("GET", path + "/crm/properties/{version}/contacts", properties);
}

void HubSpotCrm::add_contact_routes(http::Router& router, const std::string& contacts) {
  router.add("POST", contacts, struck([this](const Request& request) { return create(request); }));
  router.add("POST", contacts + "/batch/upsert",
             struck([this](const Request& request) { return upsert(request); }));
  router.add("PATCH", contacts + "/{id}", struck([this](const Request& request) { return update(request); }));
  router.add("GET", contacts + "/{id}", struck([this](const Request& request) { return show(request); }));
}

http::Handler HubSpotCrm::let_in(http::Handler handler) {
  return [this, handler = std::move(handler)](const Request& request) -> Answer {
    const auto token = http::bearer_token(request);
    if (token.empty() || token != access_.settings().token) return hubspot_unauthorized(new_correlation_id());
    return handler(request);
  };
}

http::Handler HubSpotCrm::struck(http::Handler handler) {
  return [this, handler = let_in(std::move(handler))](const Request& request) {
    return faults_.strike(FaultPlace::records, request, [&] { return handler(request); });
  };
}

Answer HubSpotCrm::create(const Request& request) {
  const Json properties = read_properties(request.body);
  if (properties.is_null()) return hubspot_no_properties(new_correlation_id());
  const auto wrong = refused_in(properties, access_.settings().fields);
  if (!wrong.empty()) return hubspot_refusal(new_correlation_id(), wrong);
  if (!has_text(properties, "email") && !has_text(properties, "firstname") &&
      !has_text(properties, "lastname")) {
    return hubspot_error(400, new_correlation_id(), "VALIDATION_ERROR",
                         "A contact needs at least one of the properties email, firstname, lastname");
  }

  const std::lock_guard lock(changing_);
  const std::string email = email_of(properties);
  if (const auto there = email.empty() ? std::nullopt : find("email", email)) {
    (void)records_.put(there->key, there->id, there->lead_json, Records::IfThere::keep);
    return hubspot_conflict(new_correlation_id(), there->id);
  }
  return hubspot_answer(201, contact_json(add(properties.dump()), clock_.now()).dump());
}

Answer HubSpotCrm::update(const Request& request) {
  const Json properties = read_properties(request.body);
  if (properties.is_null()) return hubspot_no_properties(new_correlation_id());
  const auto wrong = refused_in(properties, access_.settings().fields);
  if (!wrong.empty()) return hubspot_refusal(new_correlation_id(), wrong);

  const std::lock_guard lock(changing_);
  const auto old = find(request.query_value("idProperty").value_or(""), request.path_value("id"));
  if (!old) return hubspot_not_found(new_correlation_id());
  const std::string email = email_of(properties);
  if (const auto there = email.empty() ? std::nullopt : find("email", email); there && there->id != old->id) {
    return hubspot_conflict(new_correlation_id(), there->id);
  }
  return hubspot_answer(200, contact_json(change(*old, properties.dump()), clock_.now()).dump());
}

Answer HubSpotCrm::upsert(const Request& request) {
  const Json inputs = read_inputs(request.body);
  if (inputs.is_null()) {
    return hubspot_error(400, new_correlation_id(), "VALIDATION_ERROR",
                         "Invalid input JSON: inputs needs from 1 to 100 of idProperty, id and properties");
  }
  const auto known = access_.settings().fields;
  for (const auto& input : inputs) {
    Json named = input.at("properties");
    named[input.at("idProperty").get<std::string>()] = input.at("id");
    // One that does not exist fails all of a batch.
    const auto unknown = unknown_properties(named, known);
    if (!unknown.empty()) return hubspot_refusal(new_correlation_id(), unknown);
  }

  const std::lock_guard lock(changing_);
  Json results = Json::array();
  Json errors = Json::array();
  for (const auto& input : inputs) {
    const auto id_property = input.at("idProperty").get<std::string>();
    Json properties = input.at("properties");
    properties[id_property] = input.at("id");
    const auto refuse = [&](const Response& refusal) { errors.push_back(Json::parse(refusal.body)); };
    if (const auto wrong = wrong_values(properties); !wrong.empty()) {
      refuse(hubspot_refusal(new_correlation_id(), wrong));
      continue;
    }
    const auto old = find(id_property, input.at("id").get<std::string>());
    const std::string email = email_of(properties);
    const auto same_email = email.empty() ? std::nullopt : find("email", email);
    if (same_email && (!old || old->id != same_email->id)) {
      refuse(hubspot_conflict(new_correlation_id(), same_email->id));
      continue;
    }
    Json result = contact_json(old ? change(*old, properties.dump()) : add(properties.dump()), clock_.now());
    result["new"] = !old;
    results.push_back(std::move(result));
  }
  const std::string now = to_rfc3339(clock_.now());
  Json body{
      {"status", "COMPLETE"}, {"results", std::move(results)}, {"startedAt", now}, {"completedAt", now}};
  if (errors.empty()) return hubspot_answer(200, body.dump());
  body["numErrors"] = errors.size();
  body["errors"] = std::move(errors);
  return hubspot_answer(207, body.dump());
}

Answer HubSpotCrm::show(const Request& request) {
  const auto found = find(request.query_value("idProperty").value_or(""), request.path_value("id"));
  if (!found) return hubspot_not_found(new_correlation_id());
  return hubspot_answer(200, contact_json(*found, clock_.now()).dump());
}

Answer HubSpotCrm::list_properties() const {
  Json results = Json::array();
  for (const auto& name : access_.settings().fields) {
    results.push_back({{"name", name},
                       {"label", name},
                       {"type", "string"},
                       {"fieldType", "text"},
                       {"groupName", "contactinformation"},
                       {"hasUniqueValue", is_unique(name)},
                       {"archived", false}});
  }
  return hubspot_answer(200, Json{{"results", std::move(results)}}.dump());
}

std::string HubSpotCrm::new_correlation_id() const { return to_string(make_uuid_v7(clock_.now(), random_)); }

std::optional<Record> HubSpotCrm::find(std::string_view property, std::string_view value) const {
  if (property.empty()) return records_.find_by("hs_object_id", value);
  if (property != "email") return records_.find_by(property, value);
  auto found = records_.find(to_lower(value));
  return found ? found : records_.find_by(property, value);
}

Record HubSpotCrm::add(const std::string& properties_json) {
  const std::string id = std::to_string(++last_id_);
  Json properties = Json::parse(properties_json);
  properties["hs_object_id"] = id;
  const std::string email = email_of(properties);
  return records_.put(email.empty() ? "contact " + id : email, id, properties.dump(), Records::IfThere::keep)
      .record;
}

Record HubSpotCrm::change(const Record& old, const std::string& properties_json) {
  Json properties = Json::parse(old.lead_json);
  properties.update(Json::parse(properties_json));
  return records_.put(old.key, old.id, properties.dump(), Records::IfThere::replace).record;
}

}  // namespace leadspool::simulator

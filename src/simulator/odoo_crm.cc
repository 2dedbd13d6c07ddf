#include "simulator/odoo_crm.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "simulator/lead_body.h"
#include "simulator/odoo_countries.h"
#include "simulator/odoo_domain.h"
#include "simulator/odoo_words.h"

namespace leadspool::simulator {
namespace {

using http::Answer;
using http::Request;
using http::Response;
using Json = nlohmann::ordered_json;

constexpr std::string_view kLeads = "crm.lead";
constexpr std::string_view kCountries = "res.country";

struct Method {
  std::string_view name;
  std::string_view required;  // argument; empty: none
  std::array<std::string_view, 6> optional{};
};
constexpr std::array<Method, 6> kMethods{{
    {"create", "vals_list"},
    {"search", "domain", {"offset", "limit", "order"}},
    {"search_read", "", {"domain", "fields", "offset", "limit", "order", "load"}},
    {"fields_get", "", {"allfields", "attributes"}},
    {"has_access", "operation"},
    {"check_access_rights", "operation", {"raise_exception"}},
}};

const Method* find_method(std::string_view model, std::string_view name) {
  if (model == kCountries && name == "create") return nullptr;  // nobody is let in to do that
  const auto found = std::ranges::find(kMethods, name, &Method::name);
  return found == kMethods.end() ? nullptr : &*found;
}

// What Python says of arguments that do not fit; empty: they do.
std::string misfit(const Method& method, const Json& arguments) {
  if (!method.required.empty() && !arguments.contains(method.required)) {
    return "missing a required argument: '" + std::string(method.required) + "'";
  }
  for (const auto& [name, value] : arguments.items()) {
    if (name == "ids" || name == "context" || name == method.required) continue;
    if (std::ranges::find(method.optional, name) == method.optional.end()) {
      return "got an unexpected keyword argument '" + name + "'";
    }
  }
  return {};
}

AccessSettings settings_at_first() {
  return {.fields = {"name",      "type",       "contact_name", "partner_name", "email_from",  "phone",
                     "function",  "country_id", "description",  "referred",     "website",     "street",
                     "city",      "zip",        "user_id",      "team_id",      "campaign_id", "medium_id",
                     "source_id", "tag_ids",    "priority",     "lang_id",      "active"}};
}

std::string_view type_of(std::string_view field) {
  if (field == "description") return "html";
  if (field == "type" || field == "priority") return "selection";
  if (field == "tag_ids") return "many2many";
  if (field == "active") return "boolean";
  return field.ends_with("_id") ? "many2one" : "char";
}

bool is_blank(const Json& lead, const char* field) {
  const auto found = lead.find(field);
  return found == lead.end() || !found->is_string() || *found == "";
}

// What is wrong with a value; nullopt: nothing.
std::optional<Response> refuse_value(const std::string& field, const Json& value) {
  const auto type = type_of(field);
  const bool is_unset = value.is_null() || value == false;
  if (is_unset || type == "many2many" || type == "boolean") return std::nullopt;
  const auto wrong = [&] {
    return odoo_value_error("Wrong value for crm.lead." + field + ": " + value.dump());
  };
  if (type == "many2one") {
    if (!value.is_number_integer()) return wrong();
    if (field != "country_id" || is_odoo_country(value.get<int>())) return std::nullopt;
    return odoo_validation_error(
        "The operation cannot be completed: another model requires the record being used: "
        "Country (country_id)");
  }
  if (!value.is_string()) return wrong();
  if (field == "type" && value != "lead" && value != "opportunity") return wrong();
  return std::nullopt;
}

std::optional<Response> refuse_lead(const Json& lead, const std::vector<std::string>& fields) {
  if (!lead.is_object()) return odoo_value_error("Invalid values for crm.lead: " + lead.dump());
  for (const auto& [field, value] : lead.items()) {
    if (std::ranges::find(fields, field) == fields.end()) {
      return odoo_value_error("Invalid field '" + field + "' in 'crm.lead'");
    }
    if (auto refusal = refuse_value(field, value)) return refusal;
  }
  if (!is_blank(lead, "name")) return std::nullopt;
  return odoo_validation_error(
      "Missing required value for the field 'Opportunity' (name).\nModel: 'Lead' (crm.lead)");
}

Response answer(const Json& result) {
  return {.content_type = "application/json; charset=utf-8", .body = result.dump()};
}

// Without a list of names, or with an empty one, every field is.
bool is_wanted(const Json& names, const std::string& field) {
  if (!names.is_array() || names.empty()) return true;
  return std::ranges::find(names, Json(field)) != names.end();
}

Json describe_fields(const std::vector<std::string>& fields, const Json& wanted) {
  Json described = Json::object();
  for (const auto& field : fields) {
    if (!is_wanted(wanted, field)) continue;
    described[field] = {{"type", type_of(field)},
                        {"string", field},
                        {"required", field == "name"},
                        {"readonly", false},
                        {"store", true}};
  }
  return described;
}

// The row as search_read tells it: what it lacks is false.
Json chosen(const Json& row, const Json& wanted, const std::vector<std::string>& fields) {
  Json shown{{"id", row.at("id")}};
  for (const auto& field : fields) {
    if (!is_wanted(wanted, field)) continue;
    shown[field] = row.contains(field) ? row.at(field) : Json(false);
  }
  return shown;
}

std::size_t number_at(const Json& arguments, const char* name, std::size_t otherwise) {
  const auto found = arguments.find(name);
  return found != arguments.end() && found->is_number_unsigned() ? found->get<std::size_t>() : otherwise;
}

}  // namespace

OdooCrm::OdooCrm(const Clock& clock, Random& random)
    : faults_({}, odoo_words, random), records_(clock), access_(settings_at_first(), clock, random) {}

void OdooCrm::add_routes(http::Router& router, const std::string& path) {
  faults_.add_routes(router, path);
  records_.add_routes(router, path);
  access_.add_routes(router, path);
  router.add("POST", path + "/json/2/{model}/{method}", [this](const Request& request) -> Answer {
    const auto method = request.path_value("method");
    const bool about_leads = method == "create" || method == "search" || method == "search_read";
    if (request.path_value("model") != kLeads || !about_leads) return call(request);
    return faults_.strike(FaultPlace::records, request, [&] { return call(request); });
  });
}

Answer OdooCrm::call(const Request& request) {
  const AccessSettings settings = access_.settings();
  const auto database = request.header("X-Odoo-Database");
  if (!database.empty() && database != settings.client_id) return odoo_no_database();
  const auto key = http::bearer_token(request);
  if (key.empty() || key != settings.token) return odoo_unauthorized();
  const std::string model(request.path_value("model"));
  if (model != kLeads && model != kCountries)
    return odoo_not_found("the model '" + model + "' does not exist");
  const std::string name(request.path_value("method"));
  const Method* method = find_method(model, name);
  if (method == nullptr) return odoo_not_found("The method '" + model + "." + name + "' does not exist");
  if (!is_lead_body(request.body)) return odoo_bad_request("could not parse the body as json");
  const Json arguments = Json::parse(request.body);
  if (auto wrong = misfit(*method, arguments); !wrong.empty()) return odoo_unprocessable(wrong);

  if (name == "create") return create(request.body);
  if (name == "search" || name == "search_read") return search(model, request.body, name == "search_read");
  if (name == "fields_get") {
    return answer(describe_fields(fields_of(model), arguments.value("allfields", Json())));
  }
  // Countries may be read, leads written as well.
  return answer(model == kLeads || arguments.at("operation") == "read");
}

Answer OdooCrm::create(const std::string& arguments_json) {
  Json leads = Json::parse(arguments_json).at("vals_list");
  if (leads.is_object()) leads = Json::array({leads});
  if (!leads.is_array()) return odoo_value_error("Invalid values for crm.lead: " + leads.dump());
  // One transaction: all or none.
  for (const auto& lead : leads) {
    if (auto refusal = refuse_lead(lead, access_.settings().fields)) return std::move(*refusal);
  }
  const std::lock_guard lock(mutex_);
  Json ids = Json::array();
  for (const auto& lead : leads) {
    ids.push_back(++last_id_);
    const std::string id = std::to_string(last_id_);
    (void)records_.put(id, id, lead.dump(), Records::IfThere::keep);
  }
  return answer(ids);
}

Answer OdooCrm::search(const std::string& model, const std::string& arguments_json, bool with_values) const {
  const Json arguments = Json::parse(arguments_json);
  const auto fields = fields_of(model);
  const std::string rows = rows_json(model);
  const auto found = search_domain(rows, arguments.value("domain", Json::array()).dump(), fields, model);
  if (const auto* wrong = std::get_if<DomainError>(&found)) return odoo_value_error(wrong->message);

  auto ids = std::get<std::vector<int>>(found);
  ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(
                                           std::min(ids.size(), number_at(arguments, "offset", 0))));
  ids.resize(std::min(ids.size(), number_at(arguments, "limit", ids.size())));
  if (!with_values) return answer(ids);
  Json shown = Json::array();
  for (const auto& row : Json::parse(rows)) {
    if (std::ranges::find(ids, row.at("id").get<int>()) == ids.end()) continue;
    shown.push_back(chosen(row, arguments.value("fields", Json()), fields));
  }
  return answer(shown);
}

std::string OdooCrm::rows_json(const std::string& model) const {
  if (model == kCountries) return odoo_countries_json();
  const std::lock_guard lock(mutex_);
  Json rows = Json::array();
  for (int id = 1; id <= last_id_; ++id) {
    const auto record = records_.find(std::to_string(id));
    if (!record) continue;
    Json row = Json::parse(record->lead_json);
    row["id"] = id;
    rows.push_back(std::move(row));
  }
  return rows.dump();
}

std::vector<std::string> OdooCrm::fields_of(const std::string& model) const {
  if (model == kCountries) return {"name", "code"};
  return access_.settings().fields;
}

}  // namespace leadspool::simulator

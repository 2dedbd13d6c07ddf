#include "simulator/salesforce_lead.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "simulator/columns.h"
#include "simulator/email_address.h"
#include "simulator/lead_body.h"
#include "simulator/salesforce_words.h"

namespace leadspool::simulator {
namespace {

using http::Response;
using Json = nlohmann::ordered_json;

constexpr std::string_view kUniqueId = "LeadspoolId__c";

constexpr Column kFields[] = {
    {"Id", "id", 18, false},
    {"Salutation", "picklist", 40},
    {"FirstName", "string", 40},
    {"LastName", "string", 80},
    {"Company", "string", 255},
    {"Title", "string", 128},
    {"Email", "email", 80},
    {"Phone", "phone", 40},
    {"MobilePhone", "phone", 40},
    {"Website", "url", 255},
    {"Street", "textarea", 255},
    {"City", "string", 40},
    {"State", "string", 80},
    {"PostalCode", "string", 20},
    {"Country", "string", 80},
    {"Description", "textarea", 32'000},
    {"LeadSource", "picklist", 255},
    {"Status", "picklist", 255},
    {"Rating", "picklist", 255},
    {"Industry", "picklist", 255},
    {"NumberOfEmployees", "int"},
    {"DoNotCall", "boolean"},
    {"HasOptedOutOfEmail", "boolean"},
    {"HasOptedOutOfFax", "boolean"},
    {"CreatedDate", "datetime", 0, false},
    {kUniqueId, "string", 255},
};

constexpr std::string_view kRequired[] = {"LastName", "Company"};

Column field_of(std::string_view name) {
  const Column* known = find_column(kFields, name);
  return known != nullptr ? *known : Column{name, "string", 255};
}

bool is_there(std::string_view field, const AccessSettings& settings) {
  return std::ranges::find(settings.fields, field) != settings.fields.end();
}

bool is_blank(const Json& lead, std::string_view field) {
  const auto value = lead.find(field);
  return value == lead.end() || value->is_null() || (value->is_string() && value->get<std::string>().empty());
}

Response field_must_not_be_given(std::string_view field) {
  return salesforce_error(
      400, "INVALID_FIELD",
      "The " + std::string(field) + " field should not be specified in the sobject data.");
}

bool has_type(const Json& value, const Column& field) {
  if (field.type == "boolean") return value.is_boolean();
  return field.type == "int" ? value.is_number_integer() : value.is_string();
}

std::optional<Response> refuse_value(const Column& field, const Json& value) {
  if (value.is_null()) return std::nullopt;
  if (!has_type(value, field)) {
    return salesforce_error(400, "JSON_PARSER_ERROR",
                            "Cannot deserialize instance of " + std::string(field.type) + " from value " +
                                value.dump() + " or request may be missing a required field at " +
                                std::string(field.name));
  }
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  const std::string name(field.name);
  if (utf16_length(text) > static_cast<std::size_t>(field.max_length)) {
    return salesforce_error(
        400, "STRING_TOO_LONG",
        name + ": data value too large: " + text + " (max length=" + std::to_string(field.max_length) + ")",
        {field.name});
  }
  if (field.type == "email" && !text.empty() && !is_email_address(text)) {
    return salesforce_error(400, "INVALID_EMAIL_ADDRESS", name + ": invalid email address: " + text,
                            {field.name});
  }
  return std::nullopt;
}

std::optional<Response> refuse_missing(const Json& lead, SalesforceWrite write) {
  std::vector<std::string_view> missing;
  for (const auto field : kRequired) {
    const bool left_alone = write == SalesforceWrite::update && !lead.contains(field);
    if (!left_alone && is_blank(lead, field)) missing.push_back(field);
  }
  if (missing.empty()) return std::nullopt;
  std::string names;
  for (const auto field : missing) names += (names.empty() ? "" : ", ") + std::string(field);
  return salesforce_error(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [" + names + "]",
                          missing);
}

}  // namespace

std::vector<std::string> salesforce_lead_fields() { return names_of(kFields); }

bool is_external_id(std::string_view field, const AccessSettings& settings) {
  return field.ends_with("Id__c") && is_there(field, settings);
}

bool is_unique_id(std::string_view field) { return field == kUniqueId; }

std::optional<Response> refuse_salesforce_lead(const std::string& lead_json, std::string_view key_field,
                                               SalesforceWrite write, const AccessSettings& settings) {
  const Json lead = Json::parse(lead_json);
  for (const auto& [name, value] : lead.items()) {
    if (name == "attributes") continue;
    if (!is_there(name, settings)) {
      return salesforce_error(400, "INVALID_FIELD", "No such column '" + name + "' on sobject of type Lead");
    }
    const Column field = field_of(name);
    if (name == key_field || !field.createable) return field_must_not_be_given(name);
    if (auto refusal = refuse_value(field, value)) return refusal;
  }
  return refuse_missing(lead, write);
}

std::string describe_salesforce_lead(const AccessSettings& settings) {
  Json fields = Json::array();
  for (const auto& name : settings.fields) {
    const Column field = field_of(name);
    const bool required = std::ranges::find(kRequired, name) != std::end(kRequired);
    fields.push_back({{"name", name},
                      {"type", field.type},
                      {"length", field.max_length},
                      {"createable", field.createable},
                      {"updateable", field.createable},
                      {"nillable", !required},
                      {"externalId", is_external_id(name, settings)},
                      {"unique", is_unique_id(name)},
                      {"custom", name.ends_with("__c")}});
  }
  return Json{{"name", "Lead"},
              {"createable", settings.may_create},
              {"updateable", true},
              {"fields", std::move(fields)}}
      .dump();
}

}  // namespace leadspool::simulator

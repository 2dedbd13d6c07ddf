#include "simulator/dataverse_lead.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "simulator/dataverse_words.h"
#include "simulator/lead_body.h"

namespace leadspool::simulator {
namespace {

using http::Response;
using Json = nlohmann::ordered_json;

constexpr Column kColumns[] = {
    {"leadid", "Uniqueidentifier"},
    {"subject", "String", 300},
    {"salutation", "String", 100},
    {"firstname", "String", 50},
    {"middlename", "String", 50},
    {"lastname", "String", 50},
    {"companyname", "String", 100},
    {"jobtitle", "String", 100},
    {"emailaddress1", "String", 100},
    {"emailaddress2", "String", 100},
    {"telephone1", "String", 50},
    {"mobilephone", "String", 20},
    {"websiteurl", "String", 200},
    {"address1_line1", "String", 250},
    {"address1_city", "String", 80},
    {"address1_stateorprovince", "String", 50},
    {"address1_postalcode", "String", 20},
    {"address1_country", "String", 80},
    {"description", "Memo", 2000},
    {"leadsourcecode", "Picklist"},
    {"leadqualitycode", "Picklist"},
    {"numberofemployees", "Integer"},
    {"donotemail", "Boolean"},
    {"donotphone", "Boolean"},
    {"donotfax", "Boolean"},
    {"donotpostalmail", "Boolean"},
    {"donotbulkemail", "Boolean"},
    {"donotsendmm", "Boolean"},
    {"campaignid", "Lookup"},
    {"statecode", "State", 0, false},
    {"statuscode", "Status"},
    {"createdon", "DateTime", 0, false},
    {"fullname", "String", 160, false},
};

struct Choices {
  std::string_view column;
  int last;  // the first is 1
};
constexpr std::array<Choices, 2> kChoices{{{"leadsourcecode", 10}, {"leadqualitycode", 3}}};

constexpr std::string_view kBind = "@odata.bind";

bool is_text(const Column& column) { return column.type == "String" || column.type == "Memo"; }

// As OData names the type that a column of this kind takes.
std::string_view edm_type(const Column& column) {
  if (is_text(column)) return "Edm.String";
  if (column.type == "Boolean") return "Edm.Boolean";
  if (column.type == "Uniqueidentifier") return "Edm.Guid";
  if (column.type == "DateTime") return "Edm.DateTimeOffset";
  return "Edm.Int32";
}

bool has_type(const Json& value, std::string_view edm) {
  if (edm == "Edm.Boolean") return value.is_boolean();
  return edm == "Edm.Int32" ? value.is_number_integer() : value.is_string();
}

Response unknown_property(std::string_view name) {
  const std::string quoted = "'" + std::string(name) + "'";
  return dataverse_error(400, "0x80048d19",
                         "Invalid property " + quoted +
                             " was found in entity 'Microsoft.Dynamics.CRM.lead'. ---> "
                             "Microsoft.OData.ODataException: The property " +
                             quoted +
                             " does not exist on type 'Microsoft.Dynamics.CRM.lead'. Make sure to only use "
                             "property names that are defined by the type.");
}

Response wrong_type(std::string_view name, const Json& value, std::string_view edm) {
  return dataverse_error(
      400, "0x80048d19",
      "Error identified in Payload provided by the user for Entity :'leads' at property '" +
          std::string(name) +
          "'  ---->  InnerException : Microsoft.OData.ODataException: Cannot convert the "
          "literal '" +
          value.dump(-1, ' ', false, Json::error_handler_t::replace) + "' to the expected type '" +
          std::string(edm) + "'.");
}

std::optional<Response> refuse_choice(const Column& column, const Json& value) {
  const auto choices = std::ranges::find(kChoices, column.name, &Choices::column);
  if (choices == kChoices.end()) return std::nullopt;
  const auto number = value.get<std::int64_t>();
  if (number >= 1 && number <= choices->last) return std::nullopt;
  std::string accepted = "1";
  for (int i = 2; i <= choices->last; ++i) accepted += "," + std::to_string(i);
  return dataverse_error(
      400, "0x8004431a",
      "A validation error occurred. The value " + std::to_string(number) + " of '" +
          std::string(column.name) +
          "' on record of type 'lead' is outside the valid range. Accepted Values: " + accepted);
}

std::optional<Response> refuse_value(const Column& column, const Json& value) {
  if (value.is_null()) return std::nullopt;
  if (column.type == "Lookup") return unknown_property(column.name);
  const auto edm = edm_type(column);
  if (!has_type(value, edm)) return wrong_type(column.name, value, edm);
  if (!value.is_string()) return refuse_choice(column, value);
  const auto& text = value.get_ref<const std::string&>();
  const bool fits =
      column.max_length == 0 || utf16_length(text) <= static_cast<std::size_t>(column.max_length);
  if (!fits) return dataverse_too_long(column.name, column.max_length);
  return std::nullopt;
}

}  // namespace

std::span<const Column> dataverse_lead_columns() { return kColumns; }

Column dataverse_lead_column(std::string_view name) {
  const Column* known = find_column(kColumns, name);
  return known != nullptr ? *known : Column{name, "String"};
}

std::optional<Response> refuse_dataverse_lead(const std::string& lead_json,
                                              const std::vector<std::string>& fields) {
  const auto has = [&](std::string_view name) { return std::ranges::find(fields, name) != fields.end(); };
  const Json lead = Json::parse(lead_json);
  for (const auto& [name, value] : lead.items()) {
    if (name.starts_with("@odata.")) continue;
    if (name.ends_with(kBind)) {
      const auto bound = std::string_view(name).substr(0, name.size() - kBind.size());
      if (!has(bound) || dataverse_lead_column(bound).type != "Lookup") return unknown_property(bound);
      continue;
    }
    if (!has(name)) return unknown_property(name);
    if (auto refusal = refuse_value(dataverse_lead_column(name), value)) return refusal;
  }
  return std::nullopt;
}

}  // namespace leadspool::simulator

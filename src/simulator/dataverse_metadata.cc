#include "simulator/dataverse_metadata.h"

#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>

#include "simulator/dataverse_lead.h"
#include "simulator/dataverse_target.h"
#include "simulator/dataverse_words.h"

namespace leadspool::simulator {
namespace {

using http::Request;
using http::Response;
using Json = nlohmann::ordered_json;

constexpr std::string_view kUserId = "2b1f0a52-52f6-ef11-be20-000d3a4a1b2c";
constexpr std::string_view kOrganizationId = "7d3c1e64-0f5a-4b7e-9a35-6f0f3c2d1b8a";
constexpr std::string_view kBusinessUnitId = "c1a4f7d2-52f6-ef11-be20-000d3a4a1b2c";
constexpr std::string_view kNamespace = "Microsoft.Dynamics.CRM.";
constexpr std::string_view kCreatePrivilege = "prvCreateLead";
constexpr std::string_view kReadPrivilege = "prvReadLead";
constexpr std::string_view kAttributeMetadata = "AttributeMetadata";

std::string_view part_of(const Request& request, std::string_view name) {
  const auto found =
      std::ranges::find(request.path_parameters, name, &std::pair<std::string, std::string>::first);
  return found == request.path_parameters.end() ? std::string_view{} : found->second;
}

Json who_am_i() {
  return {{"BusinessUnitId", kBusinessUnitId}, {"UserId", kUserId}, {"OrganizationId", kOrganizationId}};
}

Json attribute(const Column& column) {
  const std::string type =
      std::string(kNamespace) + std::string(column.type) + std::string(kAttributeMetadata);
  Json shown{{"@odata.type", "#" + type},
             {"LogicalName", column.name},
             {"AttributeType", column.type},
             {"IsValidForCreate", column.createable}};
  if (column.max_length != 0) shown["MaxLength"] = column.max_length;
  return shown;
}

// Of one AttributeType, unless that is empty.
Json attributes(const AccessSettings& settings, std::string_view only_type) {
  Json shown = Json::array();
  for (const auto& field : settings.fields) {
    const Column column = dataverse_lead_column(field);
    if (only_type.empty() || column.type == only_type) shown.push_back(attribute(column));
  }
  return shown;
}

Json definition(const Request& request, const AccessSettings& settings) {
  Json lead{{"LogicalName", "lead"},
            {"SchemaName", "Lead"},
            {"LogicalCollectionName", "leads"},
            {"EntitySetName", "leads"},
            {"PrimaryIdAttribute", "leadid"},
            {"PrimaryNameAttribute", "fullname"},
            {"MetadataId", "9bf21dfe-8ec7-4e1f-8a1d-3f24a25a3c0d"}};
  lead["Privileges"] = {{{"Name", kCreatePrivilege}, {"PrivilegeType", "Create"}},
                        {{"Name", kReadPrivilege}, {"PrivilegeType", "Read"}}};
  const bool expands = request.query_value("$expand").value_or("").starts_with("Attributes");
  if (expands) lead["Attributes"] = attributes(settings, "");
  return lead;
}

Response definitions(const Request& request, const AccessSettings& settings) {
  const auto filter = request.query_value("$filter").value_or("");
  Json found = Json::array();
  if (filter.starts_with("EntitySetName eq") && quoted(filter) == "leads") {
    found.push_back(definition(request, settings));
  }
  return dataverse_answer(Json{{"value", std::move(found)}}.dump());
}

Response lead_definition(const Request& request, const AccessSettings& settings) {
  const auto part = part_of(request, "part");
  auto cast = part_of(request, "cast");
  if (part.empty()) return dataverse_answer(definition(request, settings).dump());
  const bool is_cast = cast.starts_with(kNamespace) && cast.ends_with(kAttributeMetadata);
  if (part != "Attributes" || (!cast.empty() && !is_cast)) return no_such_segment(cast.empty() ? part : cast);
  if (is_cast) {
    cast.remove_prefix(kNamespace.size());
    cast.remove_suffix(kAttributeMetadata.size());
  }
  return dataverse_answer(Json{{"value", attributes(settings, cast)}}.dump());
}

// The name comes in the parentheses, or in the query under the alias that stands there (PrivilegeName=@p).
Response privilege(const Request& request, const AccessSettings& settings) {
  const Target function = read_target(part_of(request, "part"));
  if (function.name != "Microsoft.Dynamics.CRM.RetrieveUserPrivilegeByPrivilegeName") {
    return no_such_segment(function.name);
  }
  auto wanted = quoted(function.key.value_or(""));
  const auto alias = function.key.value_or("").find('@');
  if (wanted.empty() && alias != std::string_view::npos) {
    wanted = quoted(request.query_value(function.key->substr(alias)).value_or(""));
  }
  const bool held = (wanted == kCreatePrivilege && settings.may_create) || wanted == kReadPrivilege;
  Json privileges = Json::array();
  if (held) {
    privileges.push_back({{"Depth", "Global"},
                          {"PrivilegeId", "54d86427-0b1e-4d0c-8b1a-7d1f0c2e9a31"},
                          {"BusinessUnitId", kBusinessUnitId},
                          {"PrivilegeName", wanted}});
  }
  return dataverse_answer(Json{{"RolePrivileges", std::move(privileges)}}.dump());
}

}  // namespace

Response dataverse_metadata(const Request& request, const AccessSettings& settings) {
  const Target target = read_target(request.path_value("target"));
  const auto part = part_of(request, "part");
  if (target.name == "WhoAmI" && part.empty()) return dataverse_answer(who_am_i().dump());
  if (target.name == "systemusers") return privilege(request, settings);
  if (target.name != "EntityDefinitions") return no_such_segment(target.name);
  if (!target.key && part.empty()) return definitions(request, settings);
  if (quoted(target.key.value_or("")) == "lead") return lead_definition(request, settings);
  return dataverse_error(404, "0x80060888", "Could not find an entity with the specified logical name.");
}

}  // namespace leadspool::simulator

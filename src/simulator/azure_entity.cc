#include "simulator/azure_entity.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/time.h"
#include "simulator/lead_body.h"

namespace leadspool::simulator {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostProperties = 252;
constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestKey = 512;         // UTF-16 units: 1 KiB
constexpr std::size_t kLongestText = 32 * 1024;  // UTF-16 units: 64 KiB
constexpr std::string_view kTypeMark = "@odata.type";

bool is_key(std::string_view name) { return name == "PartitionKey" || name == "RowKey"; }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// ASCII only; the service takes the letters of other scripts, too, but so does no column of ours.
bool is_property_name(std::string_view name) {
  const auto fits = [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, fits);
}

bool is_key_value(std::string_view text) {
  return std::ranges::none_of(text, [](unsigned char c) {
    return c < 0x20 || c == 0x7f ||
           std::string_view("/\\#?").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

EntityRefusal invalid(const std::string& property) {
  return {"InvalidInput",
          "Error encountered while parsing the property '" + property + "': its value is not valid."};
}

std::optional<EntityRefusal> refuse_value(const std::string& name, const Json& value, const Json& type) {
  if (value.is_structured()) return invalid(name);
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  if (type == "Edm.DateTime" && !from_rfc3339(text)) return invalid(name);
  if (type == "Edm.Int64" || type == "Edm.Guid") return std::nullopt;
  if (utf16_length(text) <= (is_key(name) ? kLongestKey : kLongestText)) return std::nullopt;
  if (is_key(name)) return EntityRefusal{"KeyValueTooLarge", "The '" + name + "' is larger than 1 KiB."};
  return EntityRefusal{
      "PropertyValueTooLarge",
      "The property value exceeds the maximum allowed size (64KB). If the property value is a "
      "string, it is UTF-16 encoded and the maximum number of characters should be 32K or less."};
}

}  // namespace

std::optional<EntityRefusal> refuse_entity(std::string_view entity_json,
                                           const std::vector<std::string>& fields) {
  const Json entity = Json::parse(entity_json);
  for (const auto name : {"PartitionKey", "RowKey"}) {
    const auto key = entity.find(name);
    if (key == entity.end() || !key->is_string()) {
      return EntityRefusal{"PropertiesNeedValue",
                           "The values are not specified for all properties in the entity."};
    }
    if (!is_key_value(key->get_ref<const std::string&>())) {
      return EntityRefusal{"OutOfRangeInput", "The '" + std::string(name) + "' parameter of value '" +
                                                  key->get<std::string>() + "' is out of range."};
    }
  }
  std::size_t properties = 0;
  for (const auto& [name, value] : entity.items()) {
    if (name.ends_with(kTypeMark)) continue;
    const bool is_unknown =
        !fields.empty() && !is_key(name) && std::ranges::find(fields, name) == fields.end();
    if (name.size() > kLongestName) {
      return EntityRefusal{"PropertyNameTooLong",
                           "The property name exceeds the maximum allowed length (255)."};
    }
    if (is_unknown || !is_property_name(name)) {
      return EntityRefusal{"PropertyNameInvalid", "The property name '" + name + "' is invalid."};
    }
    const auto type = entity.find(name + std::string(kTypeMark));
    if (auto refusal = refuse_value(name, value, type == entity.end() ? Json() : *type)) return refusal;
    ++properties;
  }
  // The two keys are not counted.
  if (properties <= kMostProperties + 2) return std::nullopt;
  return EntityRefusal{"TooManyProperties", "The entity contains more properties than allowed (252)."};
}

}  // namespace leadspool::simulator

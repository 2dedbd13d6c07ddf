#include "app/mapping_config.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <nlohmann/json.hpp>

#include "base/nearest_name.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;
using connector::Column;
using connector::Mapping;
using connector::MappingEntry;

// More than any CRM's column takes.
constexpr std::int64_t kLongestText = 10'000'000;

// What TOML has and JSON has not.
struct NotJson {
  TomlPlace place;
  std::string message;
};

std::variant<Json, NotJson> to_json(const TomlValue& value) {
  if (const auto* text = std::get_if<std::string>(&value.held)) return Json(*text);
  if (const auto* number = std::get_if<std::int64_t>(&value.held)) return Json(*number);
  if (const auto* truth = std::get_if<bool>(&value.held)) return Json(*truth);
  if (const auto* real = std::get_if<double>(&value.held)) {
    if (std::isfinite(*real)) return Json(*real);
    return NotJson{value.place, "JSON has neither inf nor nan"};
  }
  if (const auto* array = std::get_if<TomlArray>(&value.held)) {
    Json json = Json::array();
    for (const auto& element : *array) {
      auto one = to_json(element);
      if (std::holds_alternative<NotJson>(one)) return one;
      json.push_back(std::get<Json>(std::move(one)));
    }
    return json;
  }
  if (const auto* table = std::get_if<TomlTable>(&value.held)) {
    Json json = Json::object();
    for (const auto& entry : *table) {
      auto one = to_json(entry.value);
      if (std::holds_alternative<NotJson>(one)) return one;
      json[entry.key] = std::get<Json>(std::move(one));
    }
    return json;
  }
  return NotJson{value.place, "JSON has no dates; write it as text in quotes"};
}

// A nested table is the same as dotted targets. What is wrong is told under the dotted name.
class EntryReader {
 public:
  // `examine` tells what is wrong with one entry alone.
  using Examine = std::optional<connector::MappingError> (*)(const MappingEntry& entry);

  EntryReader(ConfigSection& section, std::string_view key, Examine examine)
      : section_(section), key_(key), examine_(examine) {}

  // nullopt after an error.
  [[nodiscard]] std::optional<std::vector<MappingEntry>> read() {
    if (const auto* table = section_.table(key_)) collect(*table, "");
    if (failed_) return std::nullopt;
    return std::move(entries_);
  }

 private:
  void collect(const TomlTable& table, const std::string& prefix) {
    for (const auto& [name, place, value] : table) {
      const std::string target = prefix + name;
      const std::string where = key_ + "." + target;
      const auto* nested = std::get_if<TomlTable>(&value.held);
      if (nested != nullptr && !nested->empty()) {
        collect(*nested, target + ".");
        continue;
      }
      const auto json = to_json(value);
      if (const auto* not_json = std::get_if<NotJson>(&json)) {
        complain(not_json->place, where, not_json->message);
        continue;
      }
      MappingEntry entry{target, std::get<Json>(json).dump(-1, ' ', false, Json::error_handler_t::replace)};
      if (const auto error = examine_(entry)) {
        complain(place, where, error->message);
      } else {
        entries_.push_back(std::move(entry));
      }
    }
  }

  void complain(TomlPlace place, const std::string& where, const std::string& message) {
    section_.error_at(place, where, message);
    failed_ = true;
  }

  ConfigSection& section_;
  const std::string key_;
  const Examine examine_;
  bool failed_ = false;
  std::vector<MappingEntry> entries_;
};

// Pasted from the flow that Leadspool replaces, it would be sent as it stands, as the text of every lead.
bool is_of_a_flow(const std::string& value_json) {
  return value_json.find("triggerBody(") != std::string::npos ||
         value_json.find("triggerOutputs(") != std::string::npos;
}

std::optional<connector::MappingError> wrong_template(const MappingEntry& entry) {
  if (is_of_a_flow(entry.value_json)) {
    return connector::MappingError{entry.target,
                                   "is an expression of Power Automate; here it is \"{{ Email }}\", and \"{{ "
                                   "payload.Foo.Bar }}\" where it is none of a lead's own fields"};
  }
  auto alone = Mapping::parse({entry});
  if (auto* error = std::get_if<connector::MappingError>(&alone)) return std::move(*error);
  return std::nullopt;
}

std::optional<connector::MappingError> wrong_constant(const MappingEntry& entry) {
  return Mapping::of({}).add_constants({entry});
}

void read_constants(ConfigSection& section, Mapping& mapping) {
  const auto constants = EntryReader(section, "constants", wrong_constant).read();
  if (!constants) return;
  // Each line is right by itself, so it contradicts another one, or the mapping.
  if (const auto error = mapping.add_constants(*constants)) {
    section.error("constants", error->target + ": " + error->message);
  }
}

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Column& column_of(std::vector<Column>& columns, const std::string& target) {
  const auto at =
      std::find_if(columns.begin(), columns.end(), [&](const Column& each) { return each.target == target; });
  return at != columns.end() ? *at : columns.emplace_back(Column{.target = target});
}

// { jobtitle = 240, "address.country" = 80 }
void read_limits(ConfigSection section, const TomlTable& table, const std::string& prefix,
                 const std::vector<std::string>& targets, std::vector<Column>& columns) {
  for (const auto& [name, place, value] : table) {
    const std::string target = prefix + name;
    if (const auto* nested = std::get_if<TomlTable>(&value.held)) {
      read_limits(section.section(*nested, name), *nested, target + ".", targets, columns);
      continue;
    }
    const auto limit = section.whole_number(name, 0, 0, kLongestText);
    const bool known = std::any_of(columns.begin(), columns.end(),
                                   [&](const Column& each) { return each.target == target; });
    if (known || has(targets, target)) {
      column_of(columns, target).longest = static_cast<std::size_t>(limit);
    } else {
      refuse_unmapped(section, place, name, target, targets);
    }
  }
}

void read_required(ConfigSection& section, const std::vector<std::string>& targets,
                   std::vector<Column>& columns) {
  if (section.find("required") == nullptr) {
    for (const auto& column : columns) {
      if (!column.required || has(targets, column.target)) continue;
      section.error("mapping",
                    "lacks `" + column.target +
                        "`, without which no lead is sent; add it, or name in `required` what leads must "
                        "have instead");
    }
    return;
  }
  for (auto& column : columns) column.required = false;
  for (const auto& target : section.texts("required")) {
    if (has(targets, target)) {
      column_of(columns, target).required = true;
    } else {
      refuse_unmapped(section, section.place_of("required"), "required", target, targets);
    }
  }
}

// Without the constants.
Mapping read_templates(ConfigSection& section, Mapping fallback) {
  const auto entries = EntryReader(section, "mapping", wrong_template).read();
  if (!entries || entries->empty()) return fallback;
  auto whole = Mapping::parse(*entries);
  if (auto* mapping = std::get_if<Mapping>(&whole)) return std::move(*mapping);
  // Each line is right by itself, so two of them contradict each other.
  const auto& error = std::get<connector::MappingError>(whole);
  section.error("mapping", error.target + ": " + error.message);
  return fallback;
}

}  // namespace

Mapping read_mapping(ConfigSection& section, Mapping fallback) {
  auto mapping = read_templates(section, std::move(fallback));
  read_constants(section, mapping);
  return mapping;
}

MappedColumns read_mapped_columns(ConfigSection& section, MappedColumns own) {
  own.mapping = read_mapping(section, std::move(own.mapping));
  const auto targets = own.mapping.targets();
  if (const auto* limits = section.table("limits")) {
    read_limits(section.section(*limits, "limits"), *limits, "", targets, own.columns);
  }
  read_required(section, targets, own.columns);
  return own;
}

void refuse_unmapped(ConfigSection& section, TomlPlace place, std::string_view key, const std::string& target,
                     const std::vector<std::string>& targets) {
  const std::vector<std::string_view> names(targets.begin(), targets.end());
  const auto nearest = nearest_name(target, names);
  section.error_at(place, key,
                   "the mapping has nothing for `" + target + "`" +
                       (nearest ? "; did you mean `" + std::string(*nearest) + "`?" : ""));
}

}  // namespace leadspool::app

#include "connector/mapping.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/text.h"
#include "connector/characters.h"
#include "connector/payload_reader.h"
#include "connector/template.h"

namespace leadspool::connector {
namespace {

using Json = nlohmann::ordered_json;
using Path = std::vector<std::string>;

// nullopt when a part between the dots is empty.
std::optional<Path> split_path(std::string_view target) {
  Path path;
  while (true) {
    const std::size_t dot = std::min(target.find('.'), target.size());
    if (dot == 0) return std::nullopt;
    path.emplace_back(target.substr(0, dot));
    if (dot == target.size()) return path;
    target.remove_prefix(dot + 1);
  }
}

bool begins_with(const Path& path, const Path& start) {
  return start.size() <= path.size() && std::equal(start.begin(), start.end(), path.begin());
}

// What is wrong with having both targets, if anything.
std::string conflict(const std::string& earlier, const Path& earlier_path, const Path& path) {
  if (path == earlier_path) return "this target is there twice";
  if (begins_with(path, earlier_path)) return "lies inside \"" + earlier + "\", which has a value of its own";
  if (begins_with(earlier_path, path))
    return "cannot have a value of its own: \"" + earlier + "\" lies inside it";
  return {};
}

struct Member;

// A value that is made anew for each lead: a constant, a template, or an array or a table with templates in
// it.
struct Value {
  using Array = std::vector<Value>;
  using Table = std::vector<Member>;
  std::variant<Json, Template, Array, Table> held;
};

struct Member {
  std::string name;
  Value value;
};

struct Mistake {
  std::string message;
};

std::variant<Value, Mistake> read_value(const Json& json);

bool is_constant(const Value& value) { return std::holds_alternative<Json>(value.held); }

std::variant<Value, Mistake> read_template(const std::string& text) {
  auto parsed = Template::parse(text);
  if (auto* error = std::get_if<Template::Error>(&parsed)) return Mistake{std::move(error->message)};
  auto& made = std::get<Template>(parsed);
  return made.is_constant() ? Value{Json(text)} : Value{std::move(made)};
}

std::variant<Value, Mistake> read_array(const Json& json) {
  Value::Array array;
  for (std::size_t i = 0; i < json.size(); ++i) {
    auto element = read_value(json[i]);
    if (auto* mistake = std::get_if<Mistake>(&element)) {
      return Mistake{"[" + std::to_string(i) + "]: " + mistake->message};
    }
    array.push_back(std::move(std::get<Value>(element)));
  }
  return std::ranges::all_of(array, is_constant) ? Value{json} : Value{std::move(array)};
}

std::variant<Value, Mistake> read_table(const Json& json) {
  Value::Table table;
  for (const auto& [name, member] : json.items()) {
    auto value = read_value(member);
    if (auto* mistake = std::get_if<Mistake>(&value)) return Mistake{name + ": " + mistake->message};
    table.push_back({name, std::move(std::get<Value>(value))});
  }
  const bool constant =
      std::ranges::all_of(table, [](const Member& member) { return is_constant(member.value); });
  return constant ? Value{json} : Value{std::move(table)};
}

std::variant<Value, Mistake> read_value(const Json& json) {
  if (json.is_string()) return read_template(json.get_ref<const std::string&>());
  if (json.is_array()) return read_array(json);
  if (json.is_object()) return read_table(json);
  return Value{json};
}

// Fills the values for one lead.
struct Filler {
  const Lead& lead;
  const PayloadReader& payload;
  Empties empties;

  // nullopt: it comes out empty. Blanks at the ends are what stood around a place that was empty.
  [[nodiscard]] std::optional<std::string> fill_text(const Template& text) const {
    auto filled = text.render(lead, payload);
    if (!filled || text.is_one_place()) return filled;
    const auto kept = trimmed(*filled);
    return kept.empty() ? std::nullopt : std::optional{std::string(kept)};
  }

  // nullopt: it is left out.
  [[nodiscard]] std::optional<Json> fill(const Value& value) const {
    if (const auto* constant = std::get_if<Json>(&value.held)) return *constant;
    if (const auto* text = std::get_if<Template>(&value.held)) {
      if (auto filled = fill_text(*text)) return Json(std::move(*filled));
      return empties == Empties::null ? std::optional{Json(nullptr)} : std::nullopt;
    }
    if (const auto* array = std::get_if<Value::Array>(&value.held)) {
      Json filled = Json::array();
      for (const Value& each : *array) {
        if (auto element = fill(each)) filled.push_back(std::move(*element));
      }
      return filled;
    }
    Json filled = Json::object();
    for (const Member& member : std::get<Value::Table>(value.held)) {
      if (auto each = fill(member.value)) filled[member.name] = std::move(*each);
    }
    return filled;
  }
};

Json* find_column(Json& object, std::string_view target) {
  const auto path = split_path(target);
  Json* place = &object;
  for (const std::string& name : path.value_or(Path{})) {
    const auto found = place->is_object() ? place->find(name) : place->end();
    if (found == place->end()) return nullptr;
    place = &*found;
  }
  return place;
}

bool has_value(const Json* place) {
  if (place == nullptr || place->is_null()) return false;
  return !place->is_string() || !trimmed(place->get_ref<const std::string&>()).empty();
}

void fit(Json& object, const Column& column, Rendered& rendered) {
  Json* const place = find_column(object, column.target);
  if (column.required && !has_value(place)) rendered.missing.push_back(column.target);
  if (column.longest == 0 || place == nullptr || !place->is_string()) return;
  auto& text = place->get_ref<std::string&>();
  const std::size_t length = utf16_length(text);
  if (length <= column.longest) return;
  text.resize(cut_to_utf16(text, column.longest).size());
  rendered.cuts.push_back({column.target, length, utf16_length(text)});
}

}  // namespace

struct Mapping::Target {
  std::string name;
  Path path;
  Value value;
};

std::variant<Mapping, MappingError> Mapping::parse(const std::vector<MappingEntry>& entries) {
  Mapping mapping;
  for (const MappingEntry& entry : entries) {
    if (auto error = mapping.add(entry, Texts::templates, Existing::refuse)) return std::move(*error);
  }
  return mapping;
}

Mapping Mapping::of(const std::vector<std::pair<std::string_view, std::string_view>>& templates) {
  Mapping mapping;
  for (const auto& [target, text] : templates) {
    const auto error =
        mapping.add({std::string(target), Json(text).dump()}, Texts::templates, Existing::refuse);
    CHECK(!error);
  }
  return mapping;
}

Mapping Mapping::whole_lead() {
  Mapping mapping;
  const auto add = [&](std::string_view name) {
    const std::string target(name);
    mapping.targets_.push_back(
        std::make_shared<const Target>(Target{target, {target}, {Template::of(name)}}));
  };
  for (const std::string_view name : {"id", "received_at", "source", "disposition"}) add(name);
  for (const LeadField& field : kLeadFields) add(field.name);
  return mapping;
}

std::optional<MappingError> Mapping::add_constants(const std::vector<MappingEntry>& constants) {
  for (const MappingEntry& constant : constants) {
    if (auto error = add(constant, Texts::constants, Existing::replace)) return error;
  }
  return std::nullopt;
}

std::optional<MappingError> Mapping::add(const MappingEntry& entry, Texts texts, Existing existing) {
  const auto wrong = [&](std::string message) { return MappingError{entry.target, std::move(message)}; };
  auto path = split_path(entry.target);
  if (!path) return wrong("a target needs a name before, between and after its dots");
  auto place = targets_.end();
  for (auto earlier = targets_.begin(); earlier != targets_.end(); ++earlier) {
    if (existing == Existing::replace && (*earlier)->path == *path) {
      place = earlier;
      continue;
    }
    std::string problem = conflict((*earlier)->name, (*earlier)->path, *path);
    if (!problem.empty()) return wrong(std::move(problem));
  }
  Json json = Json::parse(entry.value_json, nullptr, false);
  if (json.is_discarded()) return wrong("the value is not JSON");
  auto value = texts == Texts::templates ? read_value(json) : Value{std::move(json)};
  if (auto* mistake = std::get_if<Mistake>(&value)) return wrong(std::move(mistake->message));
  auto target = std::make_shared<const Target>(
      Target{entry.target, std::move(*path), std::move(std::get<Value>(value))});
  if (place == targets_.end()) {
    targets_.push_back(std::move(target));
  } else {
    *place = std::move(target);
  }
  return std::nullopt;
}

Rendered Mapping::render(const LeadWithPayload& lead, const std::vector<Column>& columns,
                         Empties empties) const {
  const PayloadReader payload(lead.payload);
  const Filler filler{lead, payload, empties};
  Json object = Json::object();
  object.get_ref<Json::object_t&>().reserve(targets_.size());
  for (const auto& target : targets_) {
    auto value = filler.fill(target->value);
    if (!value) continue;
    Json* place = &object;
    for (const std::string& name : target->path) place = &(*place)[name];
    *place = std::move(*value);
  }
  Rendered rendered;
  for (const Column& column : columns) fit(object, column, rendered);
  rendered.json = object.dump(-1, ' ', false, Json::error_handler_t::replace);
  return rendered;
}

std::vector<std::string> Mapping::targets() const {
  std::vector<std::string> names;
  for (const auto& target : targets_) names.push_back(target->name);
  return names;
}

}  // namespace leadspool::connector

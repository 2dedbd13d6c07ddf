#include "connector/mapping.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

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
std::string conflict(const MappingEntry& earlier, const Path& earlier_path, const Path& path) {
  if (path == earlier_path) return "this target is there twice";
  if (begins_with(path, earlier_path))
    return "lies inside \"" + earlier.target + "\", which has a value of its own";
  if (begins_with(earlier_path, path))
    return "cannot have a value of its own: \"" + earlier.target + "\" lies inside it";
  return {};
}

}  // namespace

std::variant<Mapping, MappingError> Mapping::parse(const std::vector<MappingEntry>& entries) {
  Mapping mapping;
  for (const MappingEntry& entry : entries) {
    auto path = split_path(entry.target);
    if (!path) return MappingError{entry.target, "a target needs a name before, between and after its dots"};
    for (std::size_t i = 0; i < mapping.targets_.size(); ++i) {
      std::string problem = conflict(entries[i], mapping.targets_[i].path, *path);
      if (!problem.empty()) return MappingError{entry.target, std::move(problem)};
    }
    const Json value = Json::parse(entry.value_json, nullptr, false);
    if (value.is_discarded()) return MappingError{entry.target, "the value is not JSON"};
    if (!value.is_string()) {
      mapping.targets_.push_back({std::move(*path), value.dump()});
      continue;
    }
    auto parsed = Template::parse(value.get_ref<const std::string&>());
    if (auto* error = std::get_if<Template::Error>(&parsed)) {
      return MappingError{entry.target, std::move(error->message)};
    }
    mapping.targets_.push_back({std::move(*path), std::move(std::get<Template>(parsed))});
  }
  return mapping;
}

Mapping Mapping::whole_lead() {
  Mapping mapping;
  const auto add = [&](std::string_view name) {
    mapping.targets_.push_back({{std::string(name)}, Template::of(name)});
  };
  for (const std::string_view name : {"id", "received_at", "source", "disposition"}) add(name);
  for (const LeadField& field : kLeadFields) add(field.name);
  return mapping;
}

std::string Mapping::render(const Lead& lead) const {
  Json object = Json::object();
  object.get_ref<Json::object_t&>().reserve(targets_.size());
  for (const Target& target : targets_) {
    Json* place = &object;
    for (const std::string& name : target.path) place = &(*place)[name];
    if (const auto* constant = std::get_if<std::string>(&target.value)) {
      *place = Json::parse(*constant);
    } else if (auto text = std::get<Template>(target.value).render(lead)) {
      *place = std::move(*text);
    }
  }
  // The outbox holds valid UTF-8 only; should that ever fail, a lead with an odd character beats a lost one.
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace leadspool::connector

#include "admin/dead_letter_view.h"

#include <nlohmann/json.hpp>

#include "admin/json_parts.h"

namespace leadspool::admin {
namespace {

// Members keep the order in which they are set: a person reads it too.
using Json = nlohmann::ordered_json;

}  // namespace

std::string dead_letters_json(const std::vector<outbox::DeadGroup>& groups) {
  const auto group_json = [](const outbox::DeadGroup& group) {
    return Json{{"cause", group.cause},           {"destination", group.destination},
                {"count", group.count},           {"first", to_rfc3339(group.first)},
                {"last", to_rfc3339(group.last)}, {"sample", to_string(group.sample)}};
  };
  return to_text<Json>({{"groups", array_of<Json>(groups, group_json)}});
}

}  // namespace leadspool::admin

#include "app/lead_filters.h"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "app/command_line.h"
#include "lead/delivery.h"
#include "lead/lead.h"

namespace leadspool::app {
namespace {

constexpr auto kUnrouted = "unrouted";

struct Filter {
  const char* name;
  const char* value;  // what it takes; nullptr: one of a few words
  const char* sentence;
};

constexpr Filter kFilters[] = {
    {"q", "TEXT",
     "Words of any field or of the body, or beginnings of words; an e-mail address, or its beginning; "
     "@contoso.com: any address of that domain"},
    {"state", nullptr, "Only leads that have a delivery in this state"},
    {"destination", "NAME", "Only leads that have a delivery to this destination"},
    {"cause", "TEXT", "Only leads of which a delivery died of this; `leadspool dead` shows the causes"},
    {"source", "NAME", "Only leads of this source"},
    {"disposition", nullptr, "Only leads that were taken for this"},
    {"from", "TIME", "Only leads received at or after this time (RFC 3339)"},
    {"to", "TIME", "Only leads received before this time (RFC 3339)"}};

template <typename Values>
std::vector<std::string> words_of(const Values& values) {
  std::vector<std::string> words;
  for (const auto each : values) words.emplace_back(to_string(each));
  return words;
}

}  // namespace

void LeadFilters::add_to(CLI::App& command, const std::vector<std::string_view>& without) {
  const auto is_wanted = [&](std::string_view name) {
    return std::find(without.begin(), without.end(), name) == without.end();
  };
  for (const auto& filter : kFilters) {
    const std::string_view name = filter.name;
    if (!is_wanted(name)) continue;
    auto* const option = command.add_option("--" + std::string(name), values_[filter.name], filter.sentence);
    if (filter.value != nullptr) option->type_name(filter.value)->check(why_no_text);
    if (name == "state") option->check(CLI::IsMember(words_of(kStates)));
    if (name == "disposition") option->check(CLI::IsMember(words_of(kDispositions)));
    if (name == "from" || name == "to") option->check(why_no_time);
  }
  if (is_wanted(kUnrouted)) {
    command.add_flag("--unrouted", unrouted_, "Only leads that no destination wants");
  }
}

std::vector<std::pair<std::string, std::string>> LeadFilters::query() const {
  std::vector<std::pair<std::string, std::string>> query;
  for (const auto& [name, value] : values_) {
    if (!value.empty()) query.emplace_back(name, value);
  }
  if (unrouted_) query.emplace_back(kUnrouted, "true");
  return query;
}

std::vector<std::string> LeadFilters::names() {
  std::vector<std::string> names;
  for (const auto& filter : kFilters) names.emplace_back(filter.name);
  names.emplace_back(kUnrouted);
  return names;
}

}  // namespace leadspool::app

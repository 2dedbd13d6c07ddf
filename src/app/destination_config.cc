#include "app/destination_config.h"

#include <algorithm>

#include "base/nearest_name.h"

namespace leadspool::app {
namespace {

// What an attempt may need beyond its time-outs: waiting for the disk, and for a machine that was busy.
constexpr std::chrono::seconds kLeaseSlack{60};

std::string list_of(std::span<const ConnectorType> types) {
  std::string list;
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (i > 0) list += i + 1 == types.size() ? " or " : ", ";
    list += "`" + std::string(types[i].name) + "`";
  }
  return list;
}

// nullptr after an error.
const ConnectorType* read_type(ConfigSection& section) {
  const auto types = connector_types();
  const auto name = section.text("type");
  if (!name) {
    if (section.find("type") == nullptr) section.error("type", "missing: must be " + list_of(types));
    return nullptr;
  }
  const auto at =
      std::find_if(types.begin(), types.end(), [&](const auto& each) { return each.name == *name; });
  if (at != types.end()) return &*at;
  std::vector<std::string_view> names;
  for (const auto& type : types) names.push_back(type.name);
  const auto nearest = nearest_name(*name, names);
  section.error(
      "type", "is `" + *name + "`, but " +
                  (nearest ? "did you mean `" + std::string(*nearest) + "`?" : "must be " + list_of(types)));
  return nullptr;
}

int read_max_in_flight(ConfigSection& section, const DestinationConfig& destination) {
  const int most = destination.connector.most_in_flight;
  const auto wanted =
      section.whole_number("max_in_flight", std::min(destination.max_in_flight, most), 1, 1'000);
  if (wanted > most) {
    section.error("max_in_flight", "must be 1 with `" + destination.type +
                                       "`, which makes two records of a lead when two requests come at once; "
                                       "remove the line");
  }
  return static_cast<int>(wanted);
}

RetryPolicy read_retry(ConfigSection& section) {
  RetryPolicy retry;
  std::vector<std::int64_t> seconds;
  for (const auto wait : retry.schedule) seconds.push_back(wait.count() / 1'000);
  constexpr std::int64_t kWeek_s = 604'800;
  retry.schedule.clear();
  for (const auto wait : section.whole_numbers("schedule_s", seconds, 1, kWeek_s)) {
    retry.schedule.emplace_back(std::chrono::seconds{wait});
  }
  retry.max_attempts = static_cast<int>(section.whole_number("max_attempts", retry.max_attempts, 1, 1'000));
  return retry;
}

// { publisher = "contoso", country = ["US", "C*"] }
WantedLeads read_wanted(ConfigSection& destination) {
  const auto* table = destination.table("when");
  if (table == nullptr) return {};
  ConfigSection when = destination.section(*table, "when");
  std::vector<WantedCondition> conditions;
  for (const auto& [property, place, value] : *table) {
    conditions.push_back({property, when.text_or_texts(property)});
    // What is no text was complained of already.
    if (conditions.back().patterns.empty() && !std::holds_alternative<TomlArray>(value.held)) return {};
  }
  auto wanted = WantedLeads::parse(std::move(conditions));
  if (auto* leads = std::get_if<WantedLeads>(&wanted)) return std::move(*leads);
  const auto& error = std::get<WantedError>(wanted);
  when.error(error.property, error.message);
  return {};
}

}  // namespace

std::chrono::milliseconds DestinationConfig::lease() const { return connector.longest_attempt + kLeaseSlack; }

DestinationConfig read_destination(ConfigSection& section, const ReadingContext& context) {
  DestinationConfig destination;
  destination.name = section.text("name").value_or("");
  const auto* type = read_type(section);
  if (type != nullptr) {
    destination.type = type->name;
    destination.connector = type->read(section, context);
  }
  destination.retry = read_retry(section);
  destination.max_in_flight = read_max_in_flight(section, destination);
  destination.rate_per_second = section.number("rate_per_second", 0.001, 10'000);
  destination.wanted = read_wanted(section);
  // Which keys there are depends on the type.
  if (type != nullptr) section.refuse_unknown();
  return destination;
}

}  // namespace leadspool::app

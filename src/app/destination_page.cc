#include "app/destination_page.h"

#include <string_view>

#include <nlohmann/json.hpp>

#include "app/text_table.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& value) {
  return value.is_null() ? "" : value.is_string() ? printable(value.get<std::string>()) : value.dump();
}

std::string health_word(const Json& destination) {
  if (!destination["configured"].get<bool>()) return "not configured";
  const auto health = destination["health"].get<std::string>();
  if (health == "closed") return "working";
  return health == "open" ? "down" : health;
}

std::string table_text(const Json& destinations, std::size_t width) {
  TextTable table({{"DESTINATION", Fit::shorten},
                   "HEALTH",
                   "PENDING",
                   {"CLAIMED", Fit::omit},
                   "DELIVERED",
                   "DEAD",
                   "HELD",
                   {"DISCARDED", Fit::omit},
                   "OLDEST WAITS"});
  for (const auto& each : destinations) {
    const auto& counts = each["deliveries"];
    const auto& age = each["oldest_waiting_age_s"];
    table.add({each["name"], health_word(each), counts["pending"].dump(), counts["claimed"].dump(),
               counts["delivered"].dump(), counts["dead"].dump(), counts["held"].dump(),
               counts["discarded"].dump(), age.is_null() ? "-" : span_text(age.get<std::int64_t>())});
  }
  return table.to_string(width);
}

// "crm is down since 2026-...: connection refused".
std::string state_text(const Json& destination) {
  std::string text = text_of(destination["name"]) + " is " + health_word(destination);
  if (const auto since = text_of(destination["since"]); !since.empty()) text += " since " + since;
  if (const auto& pause = destination["paused"]; !pause.is_null()) text += " by " + text_of(pause["by"]);
  if (const auto reason = text_of(destination["reason"]); !reason.empty()) text += ": " + reason;
  return text;
}

// And below it what to do.
std::string note(const Json& destination, const std::string& advice) {
  return "\n" + state_text(destination) + "\n  " + advice + "\n";
}

std::string stranded_note(const Json& destination) {
  const auto& counts = destination["deliveries"];
  std::int64_t stranded = 0;
  for (const auto* state : {"pending", "claimed", "held", "dead"})
    stranded += counts[state].get<std::int64_t>();
  if (stranded == 0) return {};
  const auto name = text_of(destination["name"]);
  return "\n" + name + " is not in the configuration: " + std::to_string(stranded) +
         (stranded == 1 ? " delivery there goes nowhere" : " deliveries there go nowhere") +
         "\n  Put it back and reload; or give them up, `leadspool leads list --destination " + name +
         "` lists them and\n  `leadspool leads discard ID --destination " + name + "` gives one up.\n";
}

// What is not well, and what to do about it; nothing for one that works.
std::string note_text(const Json& destination) {
  if (!destination["configured"].get<bool>()) return stranded_note(destination);
  const auto name = text_of(destination["name"]);
  const auto health = destination["health"].get<std::string>();
  const auto probe = text_of(destination["next_probe"]);
  const std::string look =
      probe.empty() ? "while the service runs it is tried again and again" : "it is tried again at " + probe;
  if (health == "paused") {
    return note(destination,
                "Its leads are held back; `leadspool destinations resume " + name + "` lets them go.");
  }
  if (health == "open") return note(destination, "Nothing is lost: " + look + ".");
  if (health == "misconfigured") {
    return note(destination,
                "Mend it, then `leadspool destinations resume " + name + "`; without that " + look + ".");
  }
  if (probe.empty()) return {};
  return "\n" + name + " asked to be left alone until " + probe + "\n";
}

}  // namespace

std::string destinations_text(const std::string& json, std::size_t width) {
  const auto answer = Json::parse(json);
  const auto& destinations = answer["destinations"];
  if (destinations.empty()) return "There are no destinations.\n";
  std::string text = table_text(destinations, width);
  for (const auto& each : destinations) text += note_text(each);
  return text;
}

std::string held_back_text(const std::string& json, const std::string& name) {
  const auto answer = Json::parse(json);
  for (const auto& each : answer["destinations"]) {
    if (each["name"] != name) continue;
    const auto health = each["health"].get<std::string>();
    const bool is_kept_back = !each["configured"].get<bool>() || health == "paused" || health == "open" ||
                              health == "misconfigured";
    return is_kept_back ? state_text(each) : "";
  }
  return {};
}

std::string changed_destination_text(const std::string& json) {
  const auto destination = Json::parse(json);
  const auto name = text_of(destination["name"]);
  if (destination["paused"].is_null()) return name + " goes on: what waits there is due.\n";
  return name + " is paused: nothing is sent there until `leadspool destinations resume " + name + "`.\n";
}

std::string span_text(std::int64_t seconds) {
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 7'200) return std::to_string(seconds / 60) + " min";
  if (seconds < 172'800) return std::to_string(seconds / 3'600) + " h";
  return std::to_string(seconds / 86'400) + " days";
}

}  // namespace leadspool::app

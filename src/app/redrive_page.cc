#include "app/redrive_page.h"

#include <cstdint>
#include <sstream>

#include <nlohmann/json.hpp>

#include "app/text_table.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_number_float()) return value.dump();
  std::ostringstream shortest;
  shortest << value.get<double>();
  return shortest.str();
}

std::string deliveries(const Json& count) {
  return text_of(count) + (count == 1 ? " delivery" : " deliveries");
}

// "7 deliveries: 5 dead, and 2 of leads that have none there yet": what there is to take.
std::string counted(const Json& count) {
  std::string text = deliveries(count["total"]);
  if (count["missing"] != 0) {
    text += ": " + text_of(count["dead"]) + " dead, and " + text_of(count["missing"]) +
            " of leads that have none there yet";
  }
  return text;
}

std::string progress(const Json& redrive) {
  std::string text = text_of(redrive["redriven"]) + " of " + text_of(redrive["total"]) +
                     " redriven: " + text_of(redrive["delivered"]) + " delivered, " +
                     text_of(redrive["failed"]) + " dead again, " + text_of(redrive["waiting"]) + " waiting";
  if (redrive["discarded"] != 0) text += ", " + text_of(redrive["discarded"]) + " discarded";
  return text;
}

// What a filter has, a line each.
std::string filter_text(const Json& filter) {
  if (filter.empty()) return page_line("takes", "all dead letters");
  std::string text;
  for (const auto& [name, value] : filter.items()) {
    text += name == "with_missing" ? page_line("missing", "leads without a delivery there are taken too")
                                   : page_line(name, text_of(value));
  }
  return text;
}

std::string pace_text(const Json& redrive) {
  std::string text;
  if (redrive["canary"] != 0) {
    text += page_line("canary", "the first " + text_of(redrive["canary"]) + " go alone");
  }
  if (const auto& rate = redrive["rate_per_second"]; !rate.is_null()) {
    text += page_line("rate", text_of(rate) + " a second");
  }
  if (const auto& failures = redrive["stop_after_failures"]; !failures.is_null()) {
    text += page_line("stops after", text_of(failures) + " dead again");
  }
  return text;
}

// Nobody carries a redrive out without a service.
std::string waits_text(const Json& redrive) {
  const bool waits = redrive["ended_at"].is_null() && !redrive["service_running"].get<bool>();
  return waits ? "No service is running: it is carried out once `leadspool serve` is.\n" : "";
}

}  // namespace

std::string ordered_redrive_text(const std::string& json) {
  const auto redrive = Json::parse(json);
  const auto id = text_of(redrive["id"]);
  return "Redrive " + id + " takes " + counted(redrive) + ".\n" + waits_text(redrive) +
         "`leadspool redrives show " + id + "` tells how far it has come, `leadspool redrives cancel " + id +
         "` ends it.\n";
}

std::string redrive_count_text(const std::string& json) {
  return "It would take " + counted(Json::parse(json)) + ". Nothing was changed.\n";
}

std::string redrive_list_text(const std::string& json, std::size_t width) {
  const auto answer = Json::parse(json);
  if (answer["redrives"].empty()) return "There are no redrives.\n";
  TextTable table({"ID",
                   "ORDERED",
                   {"BY", Fit::omit},
                   "STATE",
                   {"TOTAL", Fit::omit},
                   {"REDRIVEN", Fit::omit},
                   {"DELIVERED", Fit::omit},
                   {"DEAD AGAIN", Fit::omit},
                   {"WAITING", Fit::omit},
                   {"WHY", Fit::shorten}});
  for (const auto& each : answer["redrives"]) {
    table.add({text_of(each["id"]), to_the_second(text_of(each["at"])), text_of(each["by"]),
               text_of(each["state"]), text_of(each["total"]), text_of(each["redriven"]),
               text_of(each["delivered"]), text_of(each["failed"]), text_of(each["waiting"]),
               shortened(text_of(each["reason"]), 40)});
  }
  return table.to_string(width);
}

std::string redrive_text(const std::string& json) {
  const auto redrive = Json::parse(json);
  std::string text = "Redrive " + text_of(redrive["id"]) + ": " + text_of(redrive["state"]) + "\n";
  text += page_line("progress", progress(redrive));
  text += page_line("ordered", text_of(redrive["at"]) + " by " + text_of(redrive["by"]));
  text += page_line("why", text_of(redrive["reason"]));
  text += filter_text(redrive["filter"]) + pace_text(redrive);
  text += page_line("ended", text_of(redrive["ended_at"]));
  text += page_line("because", text_of(redrive["ended_why"]));
  return text + waits_text(redrive);
}

std::string redrive_progress_text(const std::string& json) {
  const auto redrive = Json::parse(json);
  return text_of(redrive["state"]) + ": " + progress(redrive);
}

}  // namespace leadspool::app

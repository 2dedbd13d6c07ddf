#include "app/source_page.h"

#include <cstdint>

#include <nlohmann/json.hpp>

#include "app/destination_page.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

std::string text_or_dash(const Json& value) {
  return value.is_null() ? "-" : value.is_string() ? value.get<std::string>() : value.dump();
}

std::string watched_text(const Json& source) {
  const auto hours = source["silence_hours"].get<std::int64_t>();
  return hours == 0 ? "no" : "after " + span_text(hours * 3'600);
}

std::string note_text(const Json& source) {
  const auto name = printable(source["name"].get<std::string>());
  if (!source["configured"].get<bool>()) {
    return "\n" + name + " is not in the configuration: leads that are posted there are refused.\n";
  }
  if (!source["silent"].get<bool>()) return {};
  return "\n" + name + " is silent: no lead since " + text_or_dash(source["last_received_at"]) +
         ".\n  Look whether the URL in Partner Center is right: `leadspool send` tries it from here.\n";
}

}  // namespace

std::string sources_text(const std::string& json, std::size_t width) {
  const auto answer = Json::parse(json);
  TextTable table({{"SOURCE", Fit::shorten},
                   "LAST LEAD",
                   "IN 24 H",
                   {"KEYS", Fit::omit},
                   {"WATCHED", Fit::omit},
                   {"TEST LEADS", Fit::omit},
                   {"DO NOT CONTACT", Fit::omit},
                   {"URL, WITHOUT THE KEY", Fit::shorten}});
  std::string notes;
  for (const auto& each : answer["sources"]) {
    table.add({each["name"].get<std::string>(), to_the_second(text_or_dash(each["last_received_at"])),
               each["received_24h"].dump(), each["keys"].dump(), watched_text(each),
               text_or_dash(each["test_leads"]), text_or_dash(each["do_not_contact"]),
               text_or_dash(each["url"])});
    notes += note_text(each);
  }
  return table.to_string(width) + notes;
}

}  // namespace leadspool::app

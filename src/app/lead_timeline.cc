#include "app/lead_timeline.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "app/text_table.h"
#include "lead/delivery.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

struct Moment {
  std::string at;  // RFC 3339 in UTC, so that the order of the texts is that of the times
  std::string what;
};
using Moments = std::vector<Moment>;

std::string text_of(const Json& value) {
  return value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump();
}

std::string after_colon(const std::string& text) { return text.empty() ? text : ": " + text; }

// What was decided when it came, which a revision may have changed since.
void add_arrival(const Json& lead, Moments& moments) {
  const bool is_revised = !lead["revisions"].empty();
  const auto& first = is_revised ? lead["revisions"].front() : lead;
  const auto disposition = text_of(first[is_revised ? "disposition_before" : "disposition"]);
  const auto reason = text_of(first[is_revised ? "disposition_reason_before" : "disposition_reason"]);
  const auto address = text_of(lead["remote_address"]);
  moments.push_back({text_of(lead["received_at"]), "received by " + text_of(lead["source"]) +
                                                       (address.empty() ? "" : " from " + address) +
                                                       ", taken as " + disposition + after_colon(reason)});
}

std::string attempt_text(const std::string& destination, const Json& attempt) {
  std::string text =
      destination + ": attempt " + text_of(attempt["number"]) + " " + text_of(attempt["outcome"]);
  if (const auto& status = attempt["http_status"]; !status.is_null()) text += ", HTTP " + text_of(status);
  text += ", " + text_of(attempt["duration_ms"]) + " ms";
  if (!attempt["counted"].get<bool>() && attempt["outcome"] != "delivered") text += ", not counted";
  return text + after_colon(text_of(attempt["detail"]));
}

void add_delivery(const Json& delivery, Moments& moments) {
  const auto destination = text_of(delivery["destination"]);
  for (const auto& attempt : delivery["attempts"]) {
    moments.push_back({text_of(attempt["started_at"]), attempt_text(destination, attempt)});
  }
  const auto state = parse_state(text_of(delivery["state"]));
  if (state == State::delivered) {
    const auto record = text_of(delivery["remote_id"]);
    moments.push_back({text_of(delivery["state_since"]),
                       destination + ": delivered" + (record.empty() ? "" : " as record " + record)});
  } else if (state == State::dead) {
    moments.push_back(
        {text_of(delivery["state_since"]), destination + ": dead" + after_colon(text_of(delivery["cause"]))});
  } else if (state == State::held) {
    moments.push_back({text_of(delivery["state_since"]),
                       destination + ": held" + after_colon(text_of(delivery["held_reason"]))});
  }
}

void add_audit(const Json& row, Moments& moments) {
  const auto destination = text_of(row["destination"]);
  moments.push_back({text_of(row["at"]), (destination.empty() ? "" : destination + ": ") +
                                             text_of(row["action"]) + " by " + text_of(row["actor"]) +
                                             after_colon(text_of(row["reason"]))});
}

}  // namespace

std::string lead_timeline_text(const std::string& json, std::size_t width) {
  const auto lead = Json::parse(json);
  Moments moments;
  add_arrival(lead, moments);
  for (const auto& delivery : lead["deliveries"]) add_delivery(delivery, moments);
  for (const auto& row : lead["audit"]) add_audit(row, moments);
  std::stable_sort(moments.begin(), moments.end(),
                   [](const Moment& a, const Moment& b) { return a.at < b.at; });
  std::string text;
  for (const auto& [at, what] : moments) text += wrapped("  " + at + "  " + what, width, at.size() + 4);
  return text;
}

}  // namespace leadspool::app

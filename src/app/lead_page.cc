#include "app/lead_page.h"

#include <nlohmann/json.hpp>

#include "app/destination_page.h"
#include "app/lead_timeline.h"
#include "app/text_table.h"
#include "lead/delivery.h"
#include "lead/lead.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestName = 28;

std::string text_of(const Json& value) {
  return value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump();
}

// "crm delivered, erp dead"; with " is " between: "crm is delivered, erp is dead".
std::string deliveries_in_short(const Json& deliveries, const std::string& between, const std::string& none) {
  std::string text;
  for (const auto& delivery : deliveries) {
    text +=
        (text.empty() ? "" : ", ") + text_of(delivery["destination"]) + between + text_of(delivery["state"]);
  }
  return text.empty() ? none : text;
}

bool is_unrouted(const Json& lead) { return lead.value("unrouted", false); }

// What to do about a lead that nobody will ever get.
std::string unrouted_text(const Json& lead) {
  if (!is_unrouted(lead)) return {};
  return "\nNo destination wants this lead: nobody gets it. Let the `when` of one take it, or add one, and "
         "reload. Then\n`leadspool leads revise " +
         text_of(lead["id"]) +
         "` makes its deliveries, or\n`leadspool leads redrive --destination NAME --since " +
         text_of(lead["received_at"]) +
         "` those of all leads since.\nIf nobody is to get it, `leadspool leads discard " +
         text_of(lead["id"]) + "` gives it up.\n";
}

std::string fields_text(const Json& lead) {
  std::string text;
  for (const auto& field : kLeadFields) {
    const std::string name{field.name};
    text += page_line(name, text_of(lead[name]));
  }
  return text;
}

std::string delivery_text(const Json& delivery, const std::string& destinations) {
  const auto name = text_of(delivery["destination"]);
  const auto state = text_of(delivery["state"]);
  const bool waits = parse_state(state) == State::pending && !destinations.empty();
  return "\nDelivery to " + printable(name) + ": " + state + " since " + text_of(delivery["state_since"]) +
         "\n" + page_line("record", text_of(delivery["remote_id"])) +
         page_line("attempts", text_of(delivery["attempt_count"])) +
         page_line("next attempt", text_of(delivery["next_attempt_at"])) +
         page_line("held back", waits ? held_back_text(destinations, name) : "") +
         page_line("held because", text_of(delivery["held_reason"])) +
         page_line("cause", text_of(delivery["cause"]));
}

// Old and new of each field that changed.
std::string revision_text(const Json& revision, const std::string& lead) {
  const auto or_blank = [](const Json& value) {
    const auto text = text_of(value);
    return text.empty() ? "(blank)" : text;
  };
  const std::string number = text_of(revision["number"]);
  std::string text = "\nRevision " + number + " at " + text_of(revision["at"]) + " by " +
                     printable(text_of(revision["actor"])) + "\n" +
                     page_line("why", text_of(revision["reason"])) +
                     page_line("it was", text_of(revision["disposition_before"])) +
                     page_line("because", text_of(revision["disposition_reason_before"]));
  for (const auto& [field, change] : revision["changes"].items()) {
    text += page_line(field, or_blank(change["from"]) + " -> " + or_blank(change["to"]));
  }
  if (revision["has_payload"].get<bool>()) {
    text +=
        page_line("new body", "`leadspool leads payload " + lead + " --revision " + number + "` prints it");
  }
  return text;
}

bool is_erased(const Json& lead) { return !lead.value("erased_at", Json()).is_null(); }

// Who erased it, and why.
std::string tombstone_text(const Json& lead) {
  if (!is_erased(lead)) return {};
  std::string text = page_line("ERASED", text_of(lead["erased_at"]));
  for (const auto& row : lead["audit"]) {
    if (row["action"] != "erase") continue;
    text += page_line("by", text_of(row["actor"])) + page_line("why", text_of(row["reason"]));
  }
  return text + page_line("left", "only this tombstone; the person's data is gone for good");
}

std::string payload_text(const Json& lead) {
  if (is_erased(lead)) return {};
  const auto& payload = lead["payload"];
  return page_line("payload", text_of(payload["bytes"]) + " bytes, SHA-256 " + text_of(payload["sha256"]));
}

}  // namespace

std::string lead_list_text(const std::string& json, std::size_t width) {
  const auto page = Json::parse(json);
  if (page["leads"].empty() && page["next_cursor"].is_null()) return "There are no such leads.\n";
  TextTable table({"ID",
                   "RECEIVED",
                   {"SOURCE", Fit::omit},
                   {"DISPOSITION", Fit::omit},
                   {"NAME", Fit::shorten},
                   {"COMPANY", Fit::shorten},
                   {"DELIVERIES", Fit::shorten}});
  for (const auto& lead : page["leads"]) {
    const auto name = text_of(lead["first_name"]) + " " + text_of(lead["last_name"]);
    table.add({text_of(lead["id"]), to_the_second(text_of(lead["received_at"])), text_of(lead["source"]),
               text_of(lead["disposition"]), is_erased(lead) ? "(erased)" : shortened(name, kLongestName),
               shortened(text_of(lead["company"]), kLongestName),
               deliveries_in_short(lead["deliveries"], " ", is_unrouted(lead) ? "no destination" : "-")});
  }
  const auto& next = page["next_cursor"];
  return table.to_string(width) +
         (next.is_null() ? "" : "\nThere are more: add --cursor " + text_of(next) + ", or --all\n");
}

std::string lead_page_text(const std::string& json, const std::string& destinations, std::size_t width) {
  const auto lead = Json::parse(json);
  std::string text = "Lead " + text_of(lead["id"]) + "\n" + tombstone_text(lead);
  const std::string from = text_of(lead["remote_address"]);
  text += page_line("received", text_of(lead["received_at"]) + (from.empty() ? "" : " from " + from));
  text += page_line("source", text_of(lead["source"]));
  text += page_line("disposition", text_of(lead["disposition"]));
  text += page_line("because", text_of(lead["disposition_reason"]));
  text += page_line("test sent", text_of(lead["test_sent_at"]));
  text += page_line("duplicate of", text_of(lead["duplicate_of"]));
  if (lead["duplicate_count"] != 0) text += page_line("duplicates", text_of(lead["duplicate_count"]));
  text += payload_text(lead) + unrouted_text(lead);
  if (!is_erased(lead)) text += "\n" + fields_text(lead);
  for (const auto& delivery : lead["deliveries"]) text += delivery_text(delivery, destinations);
  for (const auto& revision : lead["revisions"]) text += revision_text(revision, text_of(lead["id"]));
  return text + "\nWhat happened\n" + lead_timeline_text(json, width);
}

std::string revised_text(const std::string& json) {
  const auto lead = Json::parse(json);
  std::string text =
      "Lead " + text_of(lead["id"]) + " is revised (revision " + text_of(lead["revisions"].back()["number"]) +
      "): " + printable(deliveries_in_short(lead["deliveries"], " is ", "it has no delivery")) + ".\n";
  for (const auto& warning : lead.value("warnings", Json::array())) {
    text += "Warning: " + printable(text_of(warning)) + "\n";
  }
  return text;
}

std::string corrected_text(const std::string& json) {
  const auto answer = Json::parse(json);
  if (answer["destinations"].empty()) {
    return "Lead " + text_of(answer["id"]) + " is given up: no destination wanted it.\n";
  }
  std::string destinations;
  for (const auto& each : answer["destinations"]) {
    destinations += (destinations.empty() ? "" : ", ") + printable(text_of(each));
  }
  return "Lead " + text_of(answer["id"]) + " is " + text_of(answer["state"]) + " for " + destinations + ".\n";
}

}  // namespace leadspool::app

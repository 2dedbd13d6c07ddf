#include "app/status_page.h"

#include <cstdint>

#include <nlohmann/json.hpp>

#include "app/destination_page.h"
#include "app/text_table.h"
#include "lead/lead.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

std::string text_or_dash(const Json& value) {
  return value.is_null() ? "-" : value.is_string() ? value.get<std::string>() : value.dump();
}

std::string line_of(std::string name, const std::string& text) {
  name.resize(13, ' ');
  return name + printable(text) + "\n";
}

// "of them 3 test, 1 quarantined": what is not simply delivered.
std::string dispositions_line(const Json& counts) {
  std::string text;
  for (const auto& [disposition, count] : counts.items()) {
    if (count == 0 || disposition == to_string(Disposition::deliver)) continue;
    text += (text.empty() ? "of them " : ", ") + count.dump() + " " + disposition;
  }
  return text.empty() ? text : line_of("", text);
}

std::string certificate_line(const Json& certificate) {
  if (certificate.is_null()) return {};
  const auto days = certificate["days_left"].get<std::int64_t>();
  const std::string which = text_or_dash(certificate["file"]) + " is valid until " +
                            text_or_dash(certificate["valid_until"]) + ", " + std::to_string(days) +
                            (days == 1 ? " day left" : " days left");
  std::string text;
  if (days < 0) {
    text = line_of("EXPIRED", "the certificate " + text_or_dash(certificate["file"]) + " was valid until " +
                                  text_or_dash(certificate["valid_until"]) + ": no lead comes in; renew it");
  } else if (days < kExpiresSoon.count()) {
    text = line_of("WARNING", "the certificate " + which + ": renew it");
  } else {
    text = line_of("Certificate", which);
  }
  if (const auto& problem = certificate["problem"]; !problem.is_null()) {
    text += line_of("TROUBLE", "a newer certificate is not served: " + text_or_dash(problem));
  }
  return text;
}

std::string config_lines(const Json& config) {
  if (config.is_null()) return {};
  std::string text;
  if (!config["errors"].empty()) {
    text += line_of("TROUBLE", "the last reload was refused; the configuration of " +
                                   text_or_dash(config["loaded_at"]) + " is in force");
    for (const auto& error : config["errors"]) text += line_of("", text_or_dash(error));
  }
  std::string keys;
  for (const auto& key : config["restart_needed"]) keys += (keys.empty() ? "" : ", ") + text_or_dash(key);
  return text + (keys.empty() ? keys : line_of("RESTART", "takes a restart to be in force: " + keys));
}

std::string unrouted_line(const Json& count) {
  if (count == 0) return {};
  return line_of("UNROUTED",
                 count.dump() +
                     (count == 1 ? " lead that no destination wants" : " leads that no destination wants") +
                     ": `leadspool leads list --unrouted`;") +
         line_of("",
                 "`leadspool leads revise` or `leads redrive --destination --since` sends them, "
                 "`leads discard` gives them up");
}

// Of a class of waits: "2.5 s", "5 min"; null: longer than any.
std::string wait_text(const Json& upper_end_ms) {
  if (upper_end_ms.is_null()) return "over a week";
  const auto ms = upper_end_ms.get<std::int64_t>();
  if (ms < 1'000) return std::to_string(ms) + " ms";
  if (ms % 1'000 != 0) return std::to_string(ms / 1'000) + "." + std::to_string(ms % 1'000 / 100) + " s";
  return span_text(ms / 1'000);
}

std::string time_to_crm_line(const Json& waits) {
  if (waits["count"] == 0) return {};
  return line_of("Time to CRM", "half of " + waits["count"].dump() + " within " + wait_text(waits["p50_ms"]) +
                                    ", 95 % within " + wait_text(waits["p95_ms"]) + ", 99 % within " +
                                    wait_text(waits["p99_ms"]) + " (last " + waits["window_hours"].dump() +
                                    " h)");
}

std::string store_lines(const Json& status) {
  const auto& store = status["store"];
  std::string size = size_text(store["bytes"].get<std::int64_t>()) + ", its log " +
                     size_text(store["log_bytes"].get<std::int64_t>());
  if (const auto& free = store["free_bytes"]; !free.is_null()) {
    size += ", " + size_text(free.get<std::int64_t>()) + " free on the disk";
  }
  std::string text = line_of("Store", size);
  if (const auto& trouble = store["trouble"]; !trouble.is_null()) {
    text += line_of("TROUBLE", "nothing can be stored: " + text_or_dash(trouble));
  }
  if (const auto& waiting = status["not_searchable"]; waiting != 0) {
    text += line_of("Search", waiting.dump() + (waiting == 1 ? " lead is" : " leads are") +
                                  " still to be indexed; searches find them all the same");
  }
  if (status["purging"].get<bool>()) {
    text += line_of("Erasing", "the last traces of erased leads are being removed from the store's files");
  }
  return text;
}

std::string backup_lines(const Json& backup) {
  if (backup.is_null()) return line_of("Backup", "none is made: set folder in [backup]");
  const auto& age = backup["age_s"];
  std::string text =
      line_of("Backup", (age.is_null() ? std::string("none yet")
                                       : "the last one at " + text_or_dash(backup["last_at"]) + ", " +
                                             span_text(age.get<std::int64_t>()) + " ago") +
                            "; the next at " + text_or_dash(backup["next_at"]));
  if (const auto& problem = backup["problem"]; !problem.is_null()) {
    text += line_of("TROUBLE", "the last backup failed: " + text_or_dash(problem));
  }
  return text;
}

}  // namespace

std::string status_text(const std::string& json, std::size_t width) {
  const auto status = Json::parse(json);
  const auto& age = status["oldest_undelivered_age_s"];
  std::string text = line_of("Service", status["running"].get<bool>() ? "running" : "not running");
  text += line_of("Leads",
                  status["leads"].dump() + ", the last one at " + text_or_dash(status["last_received_at"]));
  text += dispositions_line(status["dispositions"]) + unrouted_line(status["unrouted"]);
  text += line_of("Undelivered",
                  age.is_null() ? "none" : "the oldest waits for " + span_text(age.get<std::int64_t>()));
  text += time_to_crm_line(status["time_to_crm"]) + store_lines(status);
  // Older services do not tell of it.
  if (status.contains("backup")) text += backup_lines(status["backup"]);
  text += certificate_line(status["certificate"]) + config_lines(status["config"]);
  return text + "\n" + destinations_text(json, width);
}

}  // namespace leadspool::app

#include "app/backup_page.h"

#include <cstdint>

#include <nlohmann/json.hpp>

#include "app/shell_word.h"
#include "base/time.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

std::string leads(std::int64_t count) { return std::to_string(count) + (count == 1 ? " lead" : " leads"); }

std::string time_text(const Json& time) {
  return time.is_null() ? "-" : to_the_second(time.get<std::string>());
}

}  // namespace

std::string backups_text(const std::string& json, std::size_t width) {
  const auto backups = Json::parse(json);
  if (backups["folder"].is_null()) {
    return "No copies are kept: set `folder` in [backup] of the configuration. `leadspool backup FILE` makes "
           "one elsewhere.\n";
  }
  std::string text = "A copy every " + backups["every_hours"].dump() + " h, of which " +
                     backups["keep"].dump() + " are kept, in " +
                     printable(backups["folder"].get<std::string>()) + "\n";
  text += backups["under_way"].get<bool>() ? "One is being made at this moment.\n"
                                           : "The next is due at " + time_text(backups["next_at"]) + ".\n";
  if (const auto& problem = backups["problem"]; !problem.is_null()) {
    const auto& since = backups["failing_since"];
    text += "TROUBLE: the last try failed" + (since.is_null() ? "" : ", first at " + time_text(since)) +
            ": " + printable(problem.get<std::string>()) + "\n";
  }
  if (backups["files"].empty()) return text + "There is none yet.\n";
  TextTable table({"MADE AT", "SIZE", "FILE"});
  for (const auto& file : backups["files"]) {
    table.add({time_text(file["made_at"]), size_text(file["bytes"].get<std::int64_t>()),
               file["path"].get<std::string>()});
  }
  return text + "\n" + table.to_string(width);
}

std::string made_backup_text(const std::string& json) {
  const auto made = Json::parse(json);
  const auto& file = made["file"];
  return printable(file["path"].get<std::string>()) + ": " + leads(made["leads"].get<std::int64_t>()) + ", " +
         size_text(file["bytes"].get<std::int64_t>()) + ", looked through and found good.\n";
}

std::string taken_copy_text(const std::string& file, const outbox::Verification& found) {
  std::string text = printable(file) + ": " + leads(found.leads);
  if (found.newest_received_at) text += ", the newest of " + to_rfc3339(*found.newest_received_at);
  return text + ", " + size_text(found.bytes) +
         ", looked through and found good.\n"
         "To put it in the place of the store: stop the service, then `leadspool restore " +
         shell_word(file) + "`.\n";
}

std::string taken_copy_json(const std::string& file, const outbox::Verification& found) {
  const auto newest = found.newest_received_at ? Json(to_rfc3339(*found.newest_received_at)) : Json(nullptr);
  return Json{{"file", file},
              {"bytes", found.bytes},
              {"leads", found.leads},
              {"last_number", found.last_number},
              {"newest_received_at", newest},
              {"schema_version", found.schema_version}}
             .dump(-1, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace leadspool::app

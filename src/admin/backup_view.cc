#include "admin/backup_view.h"

#include <nlohmann/json.hpp>

#include "admin/json_parts.h"

namespace leadspool::admin {
namespace {

// Members keep the order in which they are set: a person reads it too.
using Json = nlohmann::ordered_json;

Json to_json(const BackupCopy& copy) {
  return Json{{"path", copy.path}, {"made_at", to_rfc3339(copy.made_at)}, {"bytes", copy.bytes}};
}

}  // namespace

std::string backups_json(const BackupsStatus& backups) {
  return to_text<Json>(
      {{"folder", or_null<Json>(backups.folder)},
       {"every_hours", backups.every_hours},
       {"keep", backups.keep},
       {"files", array_of<Json>(backups.copies, [](const BackupCopy& copy) { return to_json(copy); })},
       {"next_at", or_null<Json>(backups.next_at)},
       {"under_way", backups.under_way},
       {"problem", or_null<Json>(backups.problem)},
       {"failing_since", or_null<Json>(backups.failing_since)}});
}

std::string made_copy_json(const MadeCopy& made) {
  return to_text<Json>({{"file", to_json(made.copy)}, {"leads", made.leads}, {"took_ms", made.took.count()}});
}

}  // namespace leadspool::admin

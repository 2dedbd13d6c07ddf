#include "app/backup_view.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace leadspool::app {
namespace {

admin::BackupCopy to_view(const upkeep::BackupFile& file) { return {file.path, file.made_at, file.bytes}; }

admin::CopyResult to_view(upkeep::BackupResult result) {
  if (auto* why = std::get_if<std::string>(&result)) return std::move(*why);
  const auto& made = std::get<upkeep::MadeBackup>(result);
  return admin::MadeCopy{to_view(made.file), made.leads, made.took};
}

}  // namespace

admin::BackupsStatus to_view(const upkeep::BackupStatus& status) {
  admin::BackupsStatus view;
  view.folder = status.folder;
  view.every_hours = status.every.count();
  view.keep = static_cast<std::int64_t>(status.keep);
  for (const auto& file : status.files) view.copies.push_back(to_view(file));
  if (status.newest) view.newest = to_view(*status.newest);
  view.next_at = status.next_at;
  view.under_way = status.under_way;
  view.problem = status.problem;
  view.failing_since = status.failing_since;
  view.failures = status.failures;
  return view;
}

void add_backups(admin::ServiceView& view, upkeep::Backups& backups) {
  view.backups = [&backups] { return to_view(backups.status()); };
  view.make_backup = [&backups] { return to_view(backups.make_now()); };
  view.make_copy_to_take_away = [&backups] { return to_view(backups.make_to_take_away()); };
}

}  // namespace leadspool::app

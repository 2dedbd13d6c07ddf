#include "app/check_backup.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <system_error>

#include "app/destination_page.h"
#include "app/file_system.h"
#include "app/part_options.h"
#include "app/shell_word.h"
#include "app/trial_write.h"
#include "outbox/store_files.h"
#include "upkeep/backups.h"

namespace leadspool::app {
namespace {

std::string owner_option(const CheckScope& scope) {
  return scope.we.is_root() && !scope.service.is_root() ? "-o " + scope.service.name + " " : "";
}

// Whether its disk answers.
bool check_writing(const CheckScope& scope, const std::string& folder, Findings& findings) {
  const auto trial = try_to_write(folder, scope.looker());
  if (!trial.ended) {
    findings.fail(
        "backup_folder", "the disk of the backup folder " + folder + " does not answer",
        "look into `dmesg` for the disk that hangs, or set another [backup] folder" + in_the_file(scope));
  } else if (trial.error == 0) {
    findings.ok("backup_folder", "copies of the store go to " + folder);
  } else if (!scope.can_judge_for_service()) {
    findings.warn("backup_folder",
                  "this user (" + scope.we.name + ") may not write in the backup folder " + folder,
                  "sudo " + our_command(scope, "check"));
  } else {
    const std::string who = "the user " + scope.service.name + " cannot write in the backup folder " + folder;
    findings.fail("backup_folder", who + ": " + std::generic_category().message(trial.error),
                  trial.barred.empty() ? "chown " + scope.service.name + " " + shell_word(folder) +
                                             " && chmod u+rwx " + shell_word(folder)
                                       : "chmod o+x " + shell_word(trial.barred));
  }
  return trial.ended;
}

void check_age(const CheckScope& scope, const std::optional<upkeep::BackupFile>& newest, Findings& findings) {
  const auto& backup = scope.config.backup;
  const std::string make_one = our_command(scope, "backups make");
  if (!newest) {
    // The service makes the first one by itself.
    if (!std::filesystem::exists(scope.config.store.path)) return;
    findings.warn("backup", "there is no copy of the store yet in " + backup.folder, make_one);
    return;
  }
  const auto age = std::chrono::floor<std::chrono::seconds>(scope.clock.now() - newest->made_at);
  const std::string what =
      "the newest copy of the store, " + newest->path + ", is " + span_text(age.count()) + " old";
  if (age > 2 * std::chrono::hours{backup.every_hours}) {
    findings.fail("backup", what + ", and one is due every " + std::to_string(backup.every_hours) + " hours",
                  make_one + "; should that fail, it tells why");
  } else {
    findings.ok("backup", what);
  }
}

void check_disk(const CheckScope& scope, Findings& findings) {
  const auto& folder = scope.config.backup.folder;
  if (!on_one_disk(folder, outbox::folder_of(scope.config.store.path))) return;
  findings.ok("backup_disk",
              folder + " is on the same disk as the store; carry the copies off the machine as well");
}

}  // namespace

void check_backup(const CheckScope& scope, Findings& findings) {
  const auto& folder = scope.config.backup.folder;
  if (folder.empty()) {
    findings.warn("backup", "no copies of the store are made",
                  "set [backup] folder = \"backups\"" + in_the_file(scope));
    return;
  }
  std::error_code failure;
  if (!std::filesystem::is_directory(folder, failure)) {
    // The service makes it with the first copy.
    if (!std::filesystem::exists(scope.config.store.path, failure)) return;
    findings.warn("backup_folder", "the backup folder " + folder + " does not exist, or not yet",
                  "install -d -m 700 " + owner_option(scope) + shell_word(folder));
    return;
  }
  if (!check_writing(scope, folder, findings)) return;
  check_disk(scope, findings);
  const auto status = upkeep::look_at_backups(backup_rules(scope.config), scope.clock.now());
  if (status.problem.empty()) {
    check_age(scope, status.newest, findings);
  } else {
    findings.fail("backup", status.problem,
                  scope.can_judge_for_service() ? "chmod u+rwx " + shell_word(folder)
                                                : "sudo " + our_command(scope, "check"));
  }
}

}  // namespace leadspool::app

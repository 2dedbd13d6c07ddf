#include "app/check_store_folder.h"

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <system_error>

#include <sys/statvfs.h>

#include "app/file_system.h"
#include "app/shell_word.h"
#include "app/trial_write.h"
#include "outbox/store_files.h"

namespace leadspool::app {
namespace {

// Every lead waits for one; a spinning disk takes some 20 ms.
constexpr std::chrono::milliseconds kSlowSync{250};

void check_space(const CheckScope& scope, const std::string& folder, Findings& findings) {
  const auto& store = scope.config.store;
  std::error_code failure;
  const auto space = std::filesystem::space(folder, failure);
  if (failure) return;
  const auto free_mib = static_cast<std::int64_t>(space.available >> 20);
  const std::string what = std::to_string(free_mib) + " MiB free beside the store";
  const std::string mend = "make room on the disk of " + folder + ", or move the store to a larger one";
  if (free_mib < store.minimum_free_mib) {
    findings.fail("disk_space",
                  what + ", fewer than the " + std::to_string(store.minimum_free_mib) +
                      " of [store] minimum_free_mib, so new leads are refused",
                  mend + "; or lower minimum_free_mib" + in_the_file(scope));
  } else if (free_mib < 10 * store.minimum_free_mib) {
    findings.warn("disk_space",
                  what + "; below " + std::to_string(store.minimum_free_mib) + " new leads are refused",
                  mend);
  } else {
    findings.ok("disk_space", what);
  }
}

void check_file_system(const std::string& folder, Findings& findings) {
  const auto found = file_system_of(folder);
  const std::string what = "the store's folder " + folder + " is on " + found.name;
  const std::string mend = "set [store] path to a folder on a local disk, and move the store there";
  switch (found.kind) {
    case FileSystemKind::local:
      return;
    case FileSystemKind::memory:
      findings.warn("file_system", what + ", in memory: all leads are gone after a reboot", mend);
      return;
    case FileSystemKind::network:
      findings.fail(
          "file_system",
          what + ", across a network, where locks and syncing cannot be relied on: leads may be lost", mend);
      return;
    case FileSystemKind::foreign:
      findings.warn("file_system", what + ", of which nobody knows whether it keeps what was synced", mend);
      return;
  }
}

// Who may not, and what to do about it.
void tell_denied(const CheckScope& scope, const std::string& folder, const std::string& barred,
                 Findings& findings) {
  if (!scope.can_judge_for_service()) {
    findings.fail("store_folder",
                  "this user (" + scope.we.name + ") may not write in the store's folder " + folder +
                      ", which belongs to " + scope.service.name,
                  "run this as root or as that user: sudo " + our_command(scope, "check"));
  } else if (barred.empty()) {
    findings.fail("store_folder",
                  "the user " + scope.service.name + ", whom the store's folder " + folder +
                      " belongs to, may not write there",
                  "chmod u+rwx " + shell_word(folder));
  } else {
    findings.fail("store_folder",
                  "the user " + scope.service.name + ", whom the store's folder " + folder +
                      " belongs to, may not enter " + barred + " on the way to it",
                  "chmod o+x " + shell_word(barred));
  }
}

void tell_failed(const CheckScope& scope, const std::string& folder, const TrialWrite& trial,
                 Findings& findings) {
  switch (trial.error) {
    case EACCES:
    case EPERM:
      return tell_denied(scope, folder, trial.barred, findings);
    case EROFS:
      return findings.fail("file_system", "the store's folder " + folder + " is on a read-only file system",
                           "mount -o remount,rw " + shell_word(file_system_of(folder).mount_point) +
                               "; if it became so by itself, look into `dmesg`: the disk may be failing");
    case ENOSPC:
    case EDQUOT:
      return findings.fail("disk_space",
                           "nothing can be written in the store's folder " + folder + ": " +
                               std::generic_category().message(trial.error),
                           "make room on the disk of " + folder);
    default:
      return findings.fail("disk_sync",
                           "the disk of the store's folder " + folder + " fails to " +
                               (trial.written ? "sync" : "write") +
                               " a file: " + std::generic_category().message(trial.error),
                           "look into `dmesg`, and replace the disk; " + our_command(scope, "backup FILE") +
                               " saves what can be read");
  }
}

// Whether its disk answers.
bool check_writing(const CheckScope& scope, const std::string& folder, Findings& findings) {
  const auto trial = try_to_write(folder, scope.looker());
  if (!trial.ended) {
    findings.fail("disk_sync",
                  "the disk of the store's folder " + folder +
                      " does not answer: to write and sync a "
                      "file takes longer than 15 s",
                  "look into `dmesg` for the disk that hangs");
    return false;
  }
  if (trial.error != 0) {
    tell_failed(scope, folder, trial, findings);
    return true;
  }
  const std::string what =
      "a file in " + folder + " was written and synced in " + std::to_string(trial.sync_time.count()) + " ms";
  if (trial.sync_time >= kSlowSync) {
    findings.warn("disk_sync", what + "; every lead waits for that before its 202",
                  "move the store to a quicker disk, or find out with `iostat -x 1` who keeps this one busy");
  } else {
    findings.ok("disk_sync", what);
  }
  return true;
}

void tell_absent(const CheckScope& scope, const std::string& folder, std::error_code failure,
                 Findings& findings) {
  if (failure && failure != std::errc::no_such_file_or_directory && failure != std::errc::not_a_directory) {
    findings.fail("store_folder",
                  "this user (" + scope.we.name + ") cannot look at the store's folder " + folder + ": " +
                      failure.message(),
                  "run this as root: sudo " + our_command(scope, "check"));
    return;
  }
  // The user that the Debian package makes.
  const std::string user = "leadspool";
  const std::string for_user =
      scope.we.is_root() && is_account(user) ? "-o " + user + " -g " + user + " " : "";
  findings.fail("store_folder", "the store's folder " + folder + " does not exist",
                "install -d -m 700 " + for_user + shell_word(folder));
}

}  // namespace

bool check_store_folder(const CheckScope& scope, Findings& findings) {
  const auto folder = outbox::folder_of(scope.config.store.path);
  std::error_code failure;
  if (!std::filesystem::is_directory(folder, failure)) {
    tell_absent(scope, folder, failure, findings);
    return false;
  }
  if (!check_writing(scope, folder, findings)) return false;
  check_file_system(folder, findings);
  check_space(scope, folder, findings);
  return true;
}

}  // namespace leadspool::app

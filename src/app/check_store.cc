#include "app/check_store.h"

#include <chrono>
#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

#include "app/admin_call.h"
#include "app/service.h"
#include "app/shell_word.h"
#include "outbox/store.h"
#include "outbox/store_files.h"
#include "upkeep/backup_files.h"

namespace leadspool::app {
namespace {

constexpr std::chrono::seconds kPatience{20};

std::string newest_backup(const BackupConfig& backup) {
  try {
    const auto files = upkeep::backup_files(backup.folder);
    if (!files.empty()) return shell_word(files.front().path);
  } catch (const std::filesystem::filesystem_error&) {
    // Told by the check of the backups.
  }
  return "FILE";
}

// The files of a store that a person made as root by mistake, which the service then cannot open.
void check_owner(const CheckScope& scope, Findings& findings) {
  if (scope.service.is_root()) return;
  const auto& store = scope.config.store.path;
  std::string strangers;
  for (const auto& file : {store, store + "-wal", store + "-shm", store + ".lock"}) {
    const auto owner = owner_of(file);
    if (owner && owner->uid != scope.service.uid) strangers += " " + shell_word(file);
  }
  if (strangers.empty()) return;
  findings.fail(
      "store_owner",
      "the folder of the store belongs to " + scope.service.name + ", but not these files:" + strangers,
      "chown -h --reference=" + shell_word(outbox::folder_of(store)) + strangers);
}

void check_lock(const CheckScope& scope, Findings& findings) {
  const auto& store = scope.config.store;
  if (scope.running) {
    findings.ok("service", "the service runs and answers on " + admin_socket(store));
    return;
  }
  if (scope.silent) {
    findings.fail("service",
                  "the service runs, but has not answered on " + admin_socket(store) + " within 10 s",
                  "systemctl restart leadspool; no lead that was answered 202 is lost by that");
    return;
  }
  // Taking the lock would make its file; without the file nobody holds it.
  if (!std::filesystem::exists(store.path + ".lock")) return;
  try {
    const outbox::StoreLock lock(store.path);
    findings.ok("service", "no process holds the store: the service does not run");
  } catch (const outbox::StoreLocked& locked) {
    findings.fail(
        "service",
        std::string(locked.what()) + "; it does not answer on " + admin_socket(store) + " within 10 s",
        "if that one is the service and stays so, restart it: systemctl restart leadspool");
  } catch (const outbox::StoreError& error) {
    findings.fail("service", error.what(), "run this as root: sudo " + our_command(scope, "check"));
  }
}

std::string restore_command(const CheckScope& scope, const std::string& copy) {
  return our_command(scope, "restore --move-present " + copy);
}

void tell_too_new(const CheckScope& scope, const std::string& what, Findings& findings) {
  // The name under which migrate() keeps the store as it was before an upgrade.
  const auto before = scope.config.store.path + ".schema-" + std::to_string(outbox::schema_version());
  const std::string copy = std::filesystem::exists(before) ? shell_word(before) : "FILE";
  findings.fail("schema", what,
                "install the newer Leadspool again; or, to go back to a copy from before: " +
                    restore_command(scope, copy));
}

// Whether it can be read further.
bool check_schema(const CheckScope& scope, Findings& findings) {
  const auto& store = scope.config.store;
  try {
    const int version = outbox::stored_schema_version(store.path);
    const std::string what = "the store " + store.path + " has schema version " + std::to_string(version);
    if (version == outbox::schema_version()) {
      findings.ok("schema", what);
      return true;
    }
    findings.warn("schema", what + ", and this program has " + std::to_string(outbox::schema_version()),
                  our_command(scope, "migrate"));
  } catch (const outbox::StoreTooNew& too_new) {
    tell_too_new(scope, too_new.what(), findings);
  } catch (const outbox::ForeignStore& foreign) {
    findings.fail("store", foreign.what(), "set [store] path to another file" + in_the_file(scope));
  } catch (const outbox::StoreError& error) {
    findings.fail("store", error.what(),
                  scope.can_judge_for_service()
                      ? restore_command(scope, newest_backup(scope.config.backup)) +
                            ", which keeps the damaged store beside; or set [store] path to another file"
                      : "run this as root: sudo " + our_command(scope, "check"));
  }
  return false;
}

// Its counts and its newest lead: a few pages of most of its tables.
std::string check_reading(const CheckScope& scope, Findings& findings) {
  try {
    AdminCall call{.method = "GET", .path = {"status"}, .query = {}, .body = {}};
    call.patience = kPatience;
    auto reply = call_admin(scope.config, call);
    if (reply.is_good()) {
      findings.ok("store", "the store " + scope.config.store.path +
                               " can be read; every lead in it is looked at by `" +
                               our_command(scope, "verify") + "`");
      return std::move(reply.body);
    }
    findings.fail("store", "the store " + scope.config.store.path + " cannot be read: " + reply.body,
                  our_command(scope, "verify") + " tells what of it is damaged");
  } catch (const std::exception& failure) {
    const auto what = "the store " + scope.config.store.path + " cannot be read: " + failure.what();
    if (scope.running) {
      // Slow, most likely: a store that takes leads is not to be replaced for that.
      findings.fail("store", what, our_command(scope, "verify") + " tells whether any of it is damaged");
      return {};
    }
    findings.fail("store", what,
                  restore_command(scope, newest_backup(scope.config.backup)) +
                      ", which keeps the damaged store beside; before, " + our_command(scope, "verify") +
                      " tells what of it is damaged");
  }
  return {};
}

}  // namespace

std::string check_store(const CheckScope& scope, Findings& findings) {
  check_owner(scope, findings);
  check_lock(scope, findings);
  const auto& store = scope.config.store;
  std::error_code failure;
  if (!std::filesystem::exists(store.path, failure)) {
    findings.ok("store", "the store " + store.path + " does not exist yet; `leadspool serve` makes it");
    return {};
  }
  const bool is_readable = check_schema(scope, findings);
  return is_readable && !scope.silent ? check_reading(scope, findings) : std::string{};
}

}  // namespace leadspool::app

#include "outbox/restoring.h"

#include <filesystem>
#include <functional>
#include <system_error>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/clock.h"
#include "base/uuid.h"
#include "outbox/committer.h"
#include "outbox/connection.h"
#include "outbox/correction_row.h"
#include "outbox/database_copy.h"
#include "outbox/erasures.h"
#include "outbox/lead_row.h"
#include "outbox/redrive_row.h"
#include "outbox/schema.h"
#include "outbox/search_index.h"
#include "outbox/store.h"
#include "outbox/store_files.h"
#include "outbox/store_replacement.h"

namespace leadspool::outbox {
namespace {

constexpr const char* kActor = "restore";

constexpr const char* kUndecided = "SELECT count(*) FROM delivery WHERE state IN ('pending', 'claimed')";

// claim: pending -> claimed. It only leads on to the dead letters; nobody tries it.
constexpr const char* kClaim =
    "UPDATE delivery SET state = 'claimed', state_since = ?1, due_at = NULL, claim_id = ?1, lease_until = ?1 "
    "WHERE state = 'pending'";

constexpr const char* kInsertAttempts =
    "INSERT INTO attempt (delivery_id, number, started_at, duration_ms, outcome, counted, detail, "
    "  answer_excerpt) "
    "SELECT id, attempt_count + 1, ?1, 0, 'ambiguous', 0, ?2, '' FROM delivery WHERE state = 'claimed'";

// bury: claimed -> dead
constexpr const char* kBury =
    "UPDATE delivery SET state = 'dead', state_since = ?1, claim_id = NULL, lease_until = NULL, cause = ?2, "
    "  attempt_count = attempt_count + 1, tries = tries + 1 WHERE state = 'claimed'";

constexpr const char* kCountBuried =
    "SELECT count(*) FROM delivery WHERE state = 'dead' AND cause = ?1 AND state_since = ?2";

constexpr const char* kNewestLead = "SELECT received_at FROM lead ORDER BY number DESC LIMIT 1";

constexpr const char* kErased = "SELECT id FROM lead WHERE erased_at IS NOT NULL ORDER BY number";

// The present store beside the copy, which is `copy` in these.
constexpr const char* kLostLeads =
    "SELECT count(*) FROM main.lead WHERE NOT EXISTS (SELECT 1 FROM copy.lead AS kept WHERE kept.id = "
    "lead.id)";
constexpr const char* kLostDeliveries =
    "SELECT count(*) FROM main.delivery AS done JOIN main.lead ON lead.number = done.lead_number "
    "WHERE done.state = 'delivered' AND NOT EXISTS "
    "  (SELECT 1 FROM copy.lead AS kept JOIN copy.delivery AS known ON known.lead_number = kept.number "
    "   WHERE kept.id = lead.id AND known.destination = done.destination AND known.state = 'delivered')";
constexpr const char* kLostChanges =
    "SELECT count(*) FROM main.audit WHERE actor <> 'worker' AND number > "
    "  coalesce((SELECT seq FROM copy.sqlite_sequence WHERE name = 'audit'), 0)";
constexpr const char* kErasedSince =
    "SELECT count(*) FROM main.lead WHERE erased_at IS NOT NULL "
    "  AND EXISTS (SELECT 1 FROM copy.lead AS kept WHERE kept.id = lead.id)";
constexpr const char* kErasedSinceAndNotBefore =
    "SELECT count(*) FROM main.lead WHERE erased_at IS NOT NULL "
    "  AND EXISTS (SELECT 1 FROM copy.lead AS kept WHERE kept.id = lead.id AND kept.erased_at IS NULL)";
constexpr const char* kKnowsErasing =
    "SELECT count(*) FROM pragma_table_info('lead', ?) WHERE name = 'erased_at'";

// The whole restore is of one moment.
class OneMoment final : public Clock {
 public:
  explicit OneMoment(Time now) : now_(now) {}

  [[nodiscard]] Time now() const override { return now_; }
  [[nodiscard]] SteadyTime steady_now() const override { return SteadyTime{now_.time_since_epoch()}; }

 private:
  const Time now_;
};

std::int64_t count_of(Connection& connection, const char* sql) {
  auto row = connection.use(sql);
  row->executeStep();
  return row->getColumn(0).getInt64();
}

bool knows_erasing(Connection& connection, const std::string& schema) {
  auto row = connection.use(kKnowsErasing);
  row->bind(1, schema);
  row->executeStep();
  return row->getColumn(0).getInt() == 1;
}

// Opens a store to be read, of whatever version. Throws StoreError, or SQLite::Exception for what is damaged.
void open_to_read(const std::string& path, const std::function<void(Connection&)>& read) {
  Connection connection(path, Connection::Mode::read_only);
  static_cast<void>(read_version(connection.database(), path));
  read(connection);
}

RestoreLoss find_loss(Connection& present, const std::string& copy) {
  SQLite::Statement attach(present.database(), "ATTACH ? AS copy");
  attach.bind(1, copy);
  attach.exec();
  RestoreLoss loss;
  loss.leads = count_of(present, kLostLeads);
  loss.deliveries = count_of(present, kLostDeliveries);
  loss.changes = count_of(present, kLostChanges);
  if (!knows_erasing(present, "main")) return loss;
  loss.erased = count_of(present, knows_erasing(present, "copy") ? kErasedSinceAndNotBefore : kErasedSince);
  return loss;
}

void require_good(const Verification& verification, const std::string& copy) {
  if (verification.is_good()) return;
  const auto others = verification.flaws.size() - 1;
  throw StoreError("the copy " + copy + " is not good, and is not put in the place of a store: " +
                   verification.flaws.front().what +
                   (others == 0 ? "" : " (and " + std::to_string(others) + " more)") +
                   "; `leadspool verify " + copy + "` tells all");
}

// What `path` tells of the leads erased in it; none where it cannot be read.
std::vector<Uuid> read_erased(const std::string& path) {
  std::vector<Uuid> erased;
  if (!std::filesystem::exists(path)) return erased;
  try {
    open_to_read(path, [&](Connection& connection) {
      if (!knows_erasing(connection, "main")) return;
      auto row = connection.use(kErased);
      while (row->executeStep()) erased.push_back(read_uuid(*row, 0));
    });
  } catch (const std::runtime_error&) {
    return erased;  // the plan has told that it cannot be read
  }
  return erased;
}

std::string detail_of(Connection& connection) {
  auto row = connection.use(kNewestLead);
  const auto newest = row->executeStep() ? read_optional_time(*row, 0) : std::nullopt;
  return "restored from a copy" +
         (newest ? ", the newest lead of which came at " + to_rfc3339(*newest) : std::string()) +
         "; whether it was delivered since is unknown";
}

void bury_what_is_undecided(Connection& connection, const std::string& detail, Time now) {
  for (const char* sql : {kClaim, kInsertAttempts, kBury}) {
    auto statement = connection.use(sql);
    statement->bind(1, to_unix_ms(now));
    if (sql == kInsertAttempts) statement->bind(2, detail);
    if (sql == kBury) statement->bind(2, std::string(kRestoredCause));
    statement->exec();
  }
}

void cancel_redrives(Connection& connection, Time now) {
  for (const auto& open : read_open_redrives(connection)) {
    const auto redrive = find_redrive_row(connection, open.id);
    if (!redrive) continue;
    end_redrive(connection, redrive->number, RedriveState::cancelled, "the store was restored from a copy",
                now);
  }
}

std::int64_t count_buried(Connection& connection, Time now) {
  auto row = connection.use(kCountBuried);
  row->bind(1, std::string(kRestoredCause));
  row->bind(2, to_unix_ms(now));
  row->executeStep();
  return row->getColumn(0).getInt64();
}

void require_done(const CommitResult& result, const std::string& path) {
  if (result) throw StoreError("cannot change " + path + ": " + result->detail);
}

std::int64_t erase_again(Committer& committer, const std::vector<Uuid>& leads, Time now) {
  const OneMoment clock(now);
  Erasures erasures(committer, clock);
  std::int64_t count = 0;
  for (const auto& lead : leads) {
    const auto result = erasures.erase(lead, {kActor, "erased since the copy was made"});
    if (const auto* failure = std::get_if<Failure>(&result)) {
      throw StoreError("cannot erase lead " + to_string(lead) + " again: " + failure->detail);
    }
    if (std::holds_alternative<Erased>(result)) ++count;
  }
  return count;
}

// Makes what was copied fit to go on from.
RestoreReport change(const std::string& path, const std::vector<Uuid>& erased, Time now) {
  CommitterOptions options;
  options.path = path;
  options.own_thread = false;
  Committer committer(std::move(options));
  require_done(committer.commit(Urgency::always,
                                [&](Connection& connection) {
                                  const auto detail = detail_of(connection);
                                  bury_what_is_undecided(connection, detail, now);
                                  cancel_redrives(connection, now);
                                  write_audit(connection, "restore", std::nullopt, {}, {kActor, detail}, now);
                                  // A copy that was made while traces were removed may hold some.
                                  owe_purge(connection);
                                }),
               path);
  RestoreReport report;
  report.erased_again = erase_again(committer, erased, now);
  require_done(
      committer.commit(Urgency::always,
                       [&](Connection& connection) { report.ambiguous = count_buried(connection, now); }),
      path);
  return report;
}

void upgrade(const std::string& path) {
  Connection connection(path, Connection::Mode::durable_write);
  const int version = read_version(connection.database(), path);
  refuse_newer(version, path);
  if (version < schema_version()) run_migrations(connection.database(), version);
}

// Everything that can fail is done here, on a file of its own.
RestoreReport make_new_store(const std::string& copy, const std::string& work,
                             const std::vector<Uuid>& erased, Time now) {
  open_to_read(copy, [&](Connection& connection) { copy_database(connection.database(), work); });
  upgrade(work);
  auto report = change(work, erased, now);
  leave_wal_mode(work);
  const auto verification = verify_store(work);
  require_good(verification, copy);
  report.leads = verification.leads;
  sync_file(work);
  return report;
}

}  // namespace

RestorePlan plan_restore(const std::string& copy, const std::string& store_path) {
  std::error_code unknown;
  if (std::filesystem::equivalent(copy, store_path, unknown)) {
    throw StoreError(copy + " is the store itself; name the copy that is to take its place");
  }
  RestorePlan plan;
  plan.copy = verify_store(copy);
  require_good(plan.copy, copy);
  try {
    open_to_read(copy, [&](Connection& connection) { plan.ambiguous = count_of(connection, kUndecided); });
  } catch (const SQLite::Exception& failure) {
    throw StoreError("cannot read the copy " + copy + ": " + failure.what());
  }
  plan.store_exists = std::filesystem::exists(store_path);
  if (!plan.store_exists) return plan;
  try {
    open_to_read(store_path, [&](Connection& present) { plan.loss = find_loss(present, copy); });
  } catch (const std::runtime_error& failure) {
    plan.unreadable = failure.what();
  }
  return plan;
}

RestoreReport restore_store(const std::string& copy, const std::string& store_path, bool move_present,
                            Time now) {
  // SQLite's logs lie beside the file itself, where the path is a link to it.
  const std::string path = std::filesystem::weakly_canonical(store_path);
  if (std::filesystem::exists(path) && !move_present) {
    throw StoreError("a store stands at " + path + "; it is not replaced unless that is asked for");
  }
  const auto work = path + ".restoring";
  std::error_code unknown;
  if (std::filesystem::equivalent(copy, work, unknown)) {
    throw StoreError(copy +
                     " is what a restore that died left, and would be removed by this one; rename it first");
  }
  try {
    remove_database(work);  // of a process that died
    auto report = make_new_store(copy, work, read_erased(path), now);
    report.moved_to = replace_store(path, work, now);
    return report;
  } catch (const SQLite::Exception& failure) {
    remove_database(work);
    throw StoreError("cannot restore from " + copy + ": " + failure.what() + "; nothing was changed");
  } catch (...) {
    remove_database(work);
    throw;
  }
}

}  // namespace leadspool::outbox

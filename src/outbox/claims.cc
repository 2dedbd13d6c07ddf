#include "outbox/claims.h"

#include <algorithm>
#include <memory>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/destination_row.h"
#include "outbox/due_deliveries.h"
#include "outbox/lead_row.h"

namespace leadspool::outbox {
namespace {

// claim: pending -> claimed
constexpr const char* kClaim =
    "UPDATE delivery SET state = 'claimed', state_since = ?1, due_at = NULL, claim_id = ?2, lease_until = ?3 "
    "WHERE id = ?4 AND state = 'pending'";

constexpr const char* kClaimedLead =
    "SELECT delivery.attempt_count, delivery.tries, delivery.budget_spent, " LEADSPOOL_LEAD_COLUMNS
    ", " LEADSPOOL_PAYLOAD_COLUMN
    " FROM delivery JOIN lead ON lead.number = delivery.lead_number WHERE delivery.id = ?";

// deliver, retry, bury: claimed -> delivered, pending, dead
constexpr const char* kFinish =
    "UPDATE delivery SET state = ?1, state_since = ?2, due_at = ?3, cause = ?4, remote_id = ?5, claim_id = "
    "NULL, "
    "  lease_until = NULL, attempt_count = attempt_count + 1, tries = tries + 1, "
    "  budget_spent = budget_spent + ?6 "
    "WHERE id = ?7 AND claim_id = ?8 AND state = 'claimed'";

constexpr const char* kInsertAttempt =
    "INSERT INTO attempt (delivery_id, number, started_at, duration_ms, outcome, counted, http_status, "
    "detail, "
    "  answer_excerpt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

// unclaim: claimed -> pending
constexpr const char* kUnclaim =
    "UPDATE delivery SET state = 'pending', state_since = ?1, due_at = " LEADSPOOL_DUE_BY_AGE
    ", claim_id = NULL, lease_until = NULL "
    "WHERE state = 'claimed' AND claim_id = ?2 AND (?3 IS NULL OR id = ?3)";

constexpr const char* kAuditUnclaim =
    "INSERT INTO audit (at, actor, action, lead_number, destination, reason) "
    "SELECT ?1, 'worker', 'unclaim', lead_number, destination, ?4 FROM delivery "
    "WHERE state = 'claimed' AND claim_id = ?2 AND (?3 IS NULL OR id = ?3)";

constexpr const char* kExtend =
    "UPDATE delivery SET lease_until = ? WHERE id = ? AND claim_id = ? AND state = 'claimed'";

constexpr const char* kLapsed =
    "SELECT id, claim_id, attempt_count, state_since, "
    "  (SELECT count(*) FROM attempt WHERE delivery_id = delivery.id AND outcome = 'interrupted' "
    "     AND started_at > ?1 AND number > delivery.attempt_count - delivery.tries) "
    "FROM delivery WHERE state = 'claimed' AND lease_until < ?2";

struct Lapsed {
  std::int64_t delivery_id;
  std::int64_t claim_id;
  int attempt_count;
  Time claimed_at;
  int crashes_before;
};

void bind_optional(SQLite::Statement& statement, int parameter, const std::string& text) {
  if (text.empty()) {
    statement.bind(parameter);
  } else {
    statement.bind(parameter, text);
  }
}

// False: the row is no longer in this claim.
bool finish_row(Connection& connection, std::int64_t delivery_id, std::int64_t claim_id,
                const Transition& transition, const std::string& remote_id, Time now) {
  auto update = connection.use(kFinish);
  update->bind(1, std::string(to_string(transition.to)));
  update->bind(2, to_unix_ms(now));
  if (transition.due_at) {
    update->bind(3, to_unix_ms(*transition.due_at));
  } else {
    update->bind(3);
  }
  bind_optional(*update, 4, transition.cause);
  bind_optional(*update, 5, remote_id);
  update->bind(6, transition.counted ? 1 : 0);
  update->bind(7, delivery_id);
  update->bind(8, claim_id);
  return update->exec() == 1;
}

void insert_attempt(Connection& connection, std::int64_t delivery_id, const Attempt& attempt) {
  auto insert = connection.use(kInsertAttempt);
  insert->bind(1, delivery_id);
  insert->bind(2, attempt.number);
  insert->bind(3, to_unix_ms(attempt.started_at));
  insert->bind(4, static_cast<std::int64_t>(attempt.duration.count()));
  insert->bind(5, std::string(to_string(attempt.outcome)));
  insert->bind(6, attempt.counted ? 1 : 0);
  if (attempt.http_status != 0) {
    insert->bind(7, attempt.http_status);
  } else {
    insert->bind(7);
  }
  insert->bind(8, attempt.detail);
  insert->bind(9, attempt.answer_excerpt);
  insert->exec();
}

void claim_row(Connection& connection, std::int64_t delivery_id, const ClaimOrder& order) {
  auto update = connection.use(kClaim);
  update->bind(1, to_unix_ms(order.now));
  update->bind(2, order.claim_id);
  update->bind(3, to_unix_ms(order.lease_until));
  update->bind(4, delivery_id);
  update->exec();
}

Claim read_claim(Connection& connection, std::int64_t delivery_id, const ClaimOrder& order) {
  auto row = connection.use(kClaimedLead);
  row->bind(1, delivery_id);
  row->executeStep();
  Claim claim;
  claim.delivery_id = delivery_id;
  claim.claim_id = order.claim_id;
  claim.destination = order.destination;
  claim.delivery = {State::claimed, row->getColumn(0).getInt(), row->getColumn(1).getInt(),
                    row->getColumn(2).getInt()};
  claim.lead = read_lead_with_payload(*row, 3);
  return claim;
}

std::vector<Lapsed> read_lapsed(Connection& connection, Time lease_before, Time now) {
  auto row = connection.use(kLapsed);
  row->bind(1, to_unix_ms(now - kCrashWindow));
  row->bind(2, to_unix_ms(lease_before));
  std::vector<Lapsed> lapsed;
  while (row->executeStep()) {
    lapsed.push_back({row->getColumn(0).getInt64(), row->getColumn(1).getInt64(), row->getColumn(2).getInt(),
                      from_unix_ms(row->getColumn(3).getInt64()), row->getColumn(4).getInt()});
  }
  return lapsed;
}

void expire_one(Connection& connection, const Lapsed& lapsed, Time now) {
  const auto transition = decide_expired(lapsed.crashes_before + 1, now);
  finish_row(connection, lapsed.delivery_id, lapsed.claim_id, transition, {}, now);
  Attempt attempt;
  attempt.number = lapsed.attempt_count + 1;
  attempt.started_at = lapsed.claimed_at;
  attempt.outcome = Outcome::interrupted;
  attempt.counted = transition.counted;
  attempt.detail = "the service ended while this was being tried; whether it arrived is unknown";
  insert_attempt(connection, lapsed.delivery_id, attempt);
}

}  // namespace

void Claims::claim(const ClaimOrder& order, std::function<void(OrFailure<Claimed>)> done) {
  const auto claimed = std::make_shared<Claimed>();
  committer_.submit(
      Urgency::always,
      [=](Connection& connection) {
        for (const auto id : choose_due(connection, order)) {
          claim_row(connection, id, order);
          claimed->claims.push_back(read_claim(connection, id, order));
        }
        claimed->next_first_due_at = next_first_due_at(connection, order.destination);
        claimed->next_again_due_at = next_again_due_at(connection, order.destination);
      },
      [claimed, done = std::move(done)](const CommitResult& result) {
        if (result) {
          done(*result);
        } else {
          done(std::move(*claimed));
        }
      });
}

void Claims::finish(const Claim& claim, const Transition& transition, const Attempt& attempt,
                    const std::string& remote_id, Time now,
                    std::function<void(OrFailure<std::variant<Finished, LostClaim>>)> done) {
  const auto owned = std::make_shared<bool>(false);
  committer_.submit(
      Urgency::always,
      [=, delivery_id = claim.delivery_id, claim_id = claim.claim_id, lead = claim.lead.id,
       destination = claim.destination](Connection& connection) {
        *owned = finish_row(connection, delivery_id, claim_id, transition, remote_id, now);
        if (!*owned) return;
        insert_attempt(connection, delivery_id, attempt);
        connection.note({StoredChange::Kind::delivery, lead, destination, transition.to});
      },
      [owned, done = std::move(done)](const CommitResult& result) {
        if (result) {
          done(*result);
        } else if (*owned) {
          done(std::variant<Finished, LostClaim>{Finished{}});
        } else {
          done(std::variant<Finished, LostClaim>{LostClaim{}});
        }
      });
}

void Claims::unclaim(std::int64_t claim_id, std::optional<std::int64_t> only, const std::string& reason,
                     Time now, std::function<void(const CommitResult&)> done) {
  committer_.submit(
      Urgency::always,
      [=](Connection& connection) {
        // The audit first: it finds the rows by the claim that the update ends.
        for (const char* sql : {kAuditUnclaim, kUnclaim}) {
          auto statement = connection.use(sql);
          statement->bind(1, to_unix_ms(now));
          statement->bind(2, claim_id);
          if (only) {
            statement->bind(3, *only);
          } else {
            statement->bind(3);
          }
          if (sql == kAuditUnclaim) statement->bind(4, reason);
          statement->exec();
        }
      },
      std::move(done));
}

void Claims::extend(std::vector<HeldClaim> claims, std::function<void(const CommitResult&)> done) {
  committer_.submit(
      Urgency::always,
      [claims = std::move(claims)](Connection& connection) {
        for (const auto& claim : claims) {
          auto update = connection.use(kExtend);
          update->bind(1, to_unix_ms(claim.lease_until));
          update->bind(2, claim.delivery_id);
          update->bind(3, claim.claim_id);
          update->exec();
        }
      },
      std::move(done));
}

void Claims::read_destination(const std::string& destination,
                              std::function<void(OrFailure<DestinationRecord>)> done) {
  const auto record = std::make_shared<DestinationRecord>();
  committer_.submit(
      Urgency::always, [=](Connection& connection) { *record = find_destination(connection, destination); },
      [record, done = std::move(done)](const CommitResult& result) {
        if (result) {
          done(*result);
        } else {
          done(std::move(*record));
        }
      });
}

void Claims::write_health(const std::string& destination, const HealthRecord& health,
                          std::function<void(const CommitResult&)> done) {
  committer_.submit(
      Urgency::always,
      [=](Connection& connection) {
        outbox::write_health(connection, destination, health);
        connection.note({.kind = StoredChange::Kind::destination, .destination = destination});
      },
      std::move(done));
}

void Claims::hasten(const std::string& destination, Time now, std::function<void(const CommitResult&)> done) {
  committer_.submit(
      Urgency::always,
      [=](Connection& connection) { make_due_what_the_destination_delayed(connection, destination, now); },
      std::move(done));
}

void Claims::bring_back_from_the_future(Time now, std::function<void(const CommitResult&)> done) {
  committer_.submit(
      Urgency::always, [=](Connection& connection) { make_due_what_is_in_the_future(connection, now); },
      std::move(done));
}

void Claims::expire(std::optional<Time> before, std::vector<std::int64_t> in_hand, Time now,
                    std::function<void(OrFailure<int>)> done) {
  const auto count = std::make_shared<int>(0);
  committer_.submit(
      Urgency::always,
      [=](Connection& connection) {
        const auto lapsed = read_lapsed(connection, before.value_or(Time::max()), now);
        for (const auto& one : lapsed) {
          if (std::find(in_hand.begin(), in_hand.end(), one.delivery_id) != in_hand.end()) continue;
          expire_one(connection, one, now);
          ++*count;
        }
      },
      [count, done = std::move(done)](const CommitResult& result) {
        if (result) {
          done(*result);
        } else {
          done(*count);
        }
      });
}

}  // namespace leadspool::outbox

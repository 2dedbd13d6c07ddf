#include "outbox/redrives.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/check.h"
#include "outbox/connection.h"
#include "outbox/correction_row.h"
#include "outbox/delivery_row.h"
#include "outbox/redrive_room.h"
#include "outbox/redrive_row.h"
#include "outbox/redrive_search.h"

namespace leadspool::outbox {
namespace {

constexpr const char* kLastLead = "SELECT coalesce(max(number), 0) FROM lead";

// Neither this nor what else a step asks for grows with what was delivered.
constexpr const char* kCountFailed =
    "SELECT count(*) FROM (SELECT 1 FROM delivery WHERE redrive_number = ? AND state = 'dead' LIMIT ?)";

constexpr const char* kLastCause =
    "SELECT cause FROM delivery WHERE redrive_number = ? AND state = 'dead' "
    "ORDER BY state_since DESC, id DESC LIMIT 1";

constexpr const char* kBelongsTo =
    "UPDATE delivery SET redrive_number = ? WHERE lead_number = ? AND destination = ?";

// However few may fail: with fewer on their way a redrive would be a trickle.
constexpr int kLeastWaiting = 100;

void check_filter(const RedriveFilter& filter) {
  CHECK(!filter.with_missing || (filter.destination && !filter.cause));
}

std::int64_t last_lead_number(Connection& connection) {
  auto row = connection.use(kLastLead);
  row->executeStep();
  return row->getColumn(0).getInt64();
}

// Counts no further than `most`.
int count_failed(Connection& connection, std::int64_t redrive_number, int most) {
  auto row = connection.use(kCountFailed);
  row->bind(1, redrive_number);
  row->bind(2, most);
  row->executeStep();
  return row->getColumn(0).getInt();
}

std::string last_cause(Connection& connection, std::int64_t redrive_number) {
  auto row = connection.use(kLastCause);
  row->bind(1, redrive_number);
  row->executeStep();
  return row->getColumn(0).getString();
}

// Why it must not go on; nullopt when it may.
std::optional<std::string> reason_to_stop(Connection& connection, const RedriveRow& redrive) {
  const bool is_canary = redrive.view.state == RedriveState::canary;
  const auto bearable = is_canary ? std::optional{1} : redrive.view.order.stop_after_failures;
  if (!bearable || count_failed(connection, redrive.number, *bearable) < *bearable) return std::nullopt;
  const auto cause = last_cause(connection, redrive.number);
  if (*bearable > 1) return std::to_string(*bearable) + " are dead again, the last of them: " + cause;
  if (!is_canary) return "one is dead again: " + cause;
  return (redrive.view.redriven == 1 ? "the first one"
                                     : "one of the first " + std::to_string(redrive.view.redriven)) +
         " is dead again: " + cause;
}

Order order_of(const RedriveView& redrive) {
  const auto reason = "redrive " + to_string(redrive.id);
  return {redrive.actor, redrive.reason.empty() ? reason : reason + ": " + redrive.reason};
}

void make_missing(Connection& connection, const RedriveTarget& target, std::int64_t redrive_number,
                  Time now) {
  insert_late_deliveries(connection, {{target.destination, std::nullopt}}, target.lead_number, now);
  auto belongs = connection.use(kBelongsTo);
  belongs->bind(1, redrive_number);
  belongs->bind(2, target.lead_number);
  belongs->bind(3, target.destination);
  belongs->exec();
}

void move_on(Connection& connection, const RedriveRow& redrive, const std::vector<RedriveTarget>& targets,
             Time now) {
  const auto order = order_of(redrive.view);
  for (const auto& target : targets) {
    if (target.dead_delivery) {
      CHECK(redrive_delivery(connection, *target.dead_delivery, redrive.number, now));
    } else {
      make_missing(connection, target, redrive.number, now);
    }
    write_audit(connection, to_string(TransitionName::redrive), target.lead_number, target.destination, order,
                now);
  }
}

RedriveStep take_step(Connection& connection, const Uuid& id, int limit, int most_waiting, Time now,
                      const RedriveRules& rules) {
  auto redrive = find_redrive_row(connection, id);
  if (!redrive || redrive->view.ended_at) return {.ended = true};
  if (const auto why = reason_to_stop(connection, *redrive)) {
    end_redrive(connection, redrive->number, RedriveState::stopped, *why, now);
    connection.note({.kind = StoredChange::Kind::redrive});
    return {.ended = true};
  }

  auto& view = redrive->view;
  const RedriveSearch search{view.order.filter, view.at, redrive->number, redrive->last_lead_number};
  const bool any_waits = is_any_on_its_way(connection, redrive->number);
  const bool canary_passed =
      view.state == RedriveState::canary && !any_waits && canaries_left(connection, *redrive) == 0;
  if (canary_passed) view.state = RedriveState::running;
  // Any of those on their way may fail.
  const int bearable = std::max(view.order.stop_after_failures.value_or(most_waiting), kLeastWaiting);
  const int most = std::min(most_waiting, bearable);
  const auto room = [&] { return room_for(connection, *redrive, most, rules.is_configured); };
  const int room_before = room();
  const int count = std::min(limit, room_before);

  RedriveStep step;
  const bool searches = count > 0 && !search.is_over(redrive->cursor);
  if (searches) {
    const auto piece = search_redrive(connection, search, redrive->cursor, count, now, rules);
    move_on(connection, *redrive, piece.targets, now);
    redrive->cursor = piece.cursor;
    step.moved = static_cast<int>(piece.targets.size());
    view.redriven += step.moved;
  }
  // A step that only waits writes nothing, and so costs no sync.
  if (searches || canary_passed) {
    write_redrive_progress(connection, *redrive);
    connection.note({.kind = StoredChange::Kind::redrive});
  }

  if (!search.is_over(redrive->cursor)) {
    step.waits = step.moved == room_before && room() == 0;
    return step;
  }
  const bool is_watched = view.state == RedriveState::canary || view.order.stop_after_failures;
  step.waits = is_watched && (any_waits || step.moved > 0);
  if (step.waits) return step;
  end_redrive(connection, redrive->number, RedriveState::done, {}, now);
  connection.note({.kind = StoredChange::Kind::redrive});
  step.ended = true;
  return step;
}

struct Counted {
  RedriveCount count;
  std::int64_t last_lead_number = 0;
};

// In pieces, so that others get their turn between two.
std::variant<Counted, Failure> count_targets(Committer& committer, const RedriveFilter& filter, Time now,
                                             const RedriveRules& rules) {
  Counted counted;
  RedriveSearch search{filter, now, std::nullopt, -1};
  RedriveCursor cursor;
  do {
    RedrivePiece piece;
    const auto failure = committer.commit(Urgency::always, [&](Connection& connection) {
      if (search.last_lead_number < 0) search.last_lead_number = last_lead_number(connection);
      piece = search_redrive(connection, search, cursor, std::numeric_limits<int>::max(), now, rules);
    });
    if (failure) return *failure;
    auto& count = cursor.dead_done ? counted.count.missing : counted.count.dead;
    count += static_cast<std::int64_t>(piece.targets.size());
    cursor = piece.cursor;
  } while (!search.is_over(cursor));
  counted.last_lead_number = search.last_lead_number;
  return counted;
}

}  // namespace

std::string_view to_string(RedriveState state) {
  switch (state) {
    case RedriveState::canary:
      return "canary";
    case RedriveState::running:
      return "running";
    case RedriveState::done:
      return "done";
    case RedriveState::cancelled:
      return "cancelled";
    case RedriveState::stopped:
      return "stopped";
  }
  return "";
}

Redrives::Redrives(Committer& committer, const Clock& clock, Random& random, RedriveRules rules)
    : committer_(committer), clock_(clock), random_(random), rules_(std::move(rules)) {}

Redrives::Redrives(Committer& committer, const Clock& clock, Random& random, Wants wants)
    : Redrives(committer, clock, random,
               RedriveRules{std::move(wants), [](const std::string&) { return true; }}) {}

std::variant<RedriveCount, Failure> Redrives::count(const RedriveFilter& filter) {
  check_filter(filter);
  const auto counted = count_targets(committer_, filter, clock_.now(), rules_);
  if (const auto* failure = std::get_if<Failure>(&counted)) return *failure;
  return std::get<Counted>(counted).count;
}

RedriveResult Redrives::order(const NewRedrive& redrive, const Order& by) {
  check_filter(redrive.filter);
  CHECK(redrive.canary >= 0);
  CHECK(!redrive.rate_per_second || *redrive.rate_per_second > 0);
  CHECK(!redrive.stop_after_failures || *redrive.stop_after_failures >= 1);
  const Time now = clock_.now();
  const auto counted = count_targets(committer_, redrive.filter, now, rules_);
  if (const auto* failure = std::get_if<Failure>(&counted)) return *failure;
  const auto& [count, last_lead] = std::get<Counted>(counted);
  if (count.dead + count.missing == 0) return NothingToRedrive{};

  RedriveView view;
  view.id = make_uuid_v7(now, random_);
  view.at = now;
  view.actor = by.actor;
  view.reason = by.reason;
  view.order = redrive;
  view.state = redrive.canary > 0 ? RedriveState::canary : RedriveState::running;
  view.total = count.dead + count.missing;
  view.counted = count;
  const auto failure = committer_.commit(Urgency::always, [&, last = last_lead](Connection& connection) {
    insert_redrive(connection, view, last);
    connection.note({.kind = StoredChange::Kind::redrive});
  });
  if (failure) return *failure;
  if (on_ordered_) on_ordered_();
  return view;
}

CancelResult Redrives::cancel(const Uuid& id, const Order& by) {
  const Time now = clock_.now();
  CancelResult result = NoSuchRedrive{};
  const auto failure = committer_.commit(Urgency::always, [&](Connection& connection) {
    const auto redrive = find_redrive_row(connection, id);
    if (!redrive) return;
    if (redrive->view.ended_at) {
      result = RedriveEnded{redrive->view.state};
      return;
    }
    const auto why = "by " + by.actor + (by.reason.empty() ? "" : ": " + by.reason);
    end_redrive(connection, redrive->number, RedriveState::cancelled, why, now);
    connection.note({.kind = StoredChange::Kind::redrive});
    result = *find_redrive(connection, id);
  });
  if (failure) return *failure;
  return result;
}

void Redrives::open(std::function<void(std::variant<std::vector<OpenRedrive>, Failure>)> done) {
  const auto redrives = std::make_shared<std::vector<OpenRedrive>>();
  committer_.submit(
      Urgency::always, [redrives](Connection& connection) { *redrives = read_open_redrives(connection); },
      [redrives, done = std::move(done)](const CommitResult& result) {
        if (result) {
          done(*result);
        } else {
          done(std::move(*redrives));
        }
      });
}

void Redrives::step(const Uuid& id, int limit, int most_waiting, Time now,
                    std::function<void(std::variant<RedriveStep, Failure>)> done) {
  const auto step = std::make_shared<RedriveStep>();
  committer_.submit(
      Urgency::always,
      [=, rules = rules_](Connection& connection) {
        *step = take_step(connection, id, limit, most_waiting, now, rules);
      },
      [step, done = std::move(done)](const CommitResult& result) {
        if (result) {
          done(*result);
        } else {
          done(*step);
        }
      });
}

}  // namespace leadspool::outbox

#include "outbox/given_answers.h"

#include <chrono>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/lead_row.h"

namespace leadspool::outbox {
namespace {

constexpr std::chrono::hours kKeptFor{24};

constexpr const char* kRemoveOld = "DELETE FROM given_answer WHERE at <= ?";

constexpr const char* kFind =
    "SELECT request_sha256, status, body FROM given_answer WHERE actor = ? AND key = ?";

constexpr const char* kInsert =
    "INSERT INTO given_answer (actor, key, request_sha256, at, lead_id) VALUES (?, ?, ?, ?, ?)";

constexpr const char* kRemember =
    "UPDATE given_answer SET status = ?, body = ? WHERE actor = ? AND key = ? AND status IS NULL";

constexpr const char* kForget = "DELETE FROM given_answer WHERE actor = ? AND key = ? AND status IS NULL";

// What came before with this key; nullopt: nothing.
std::optional<KeyResult> find(Connection& connection, const KeyedRequest& request) {
  auto row = connection.use(kFind);
  row->bind(1, request.actor);
  row->bind(2, request.key);
  if (!row->executeStep()) return std::nullopt;
  if (read_sha256(*row, 0) != request.request_sha256) return KeyOfAnother{};
  if (row->getColumn(1).isNull()) return OutcomeUnknown{};
  return GivenAnswer{row->getColumn(1).getInt(), row->getColumn(2).getString()};
}

void insert(Connection& connection, const KeyedRequest& request, Time now) {
  auto row = connection.use(kInsert);
  row->bind(1, request.actor);
  row->bind(2, request.key);
  row->bind(3, request.request_sha256.data(), static_cast<int>(request.request_sha256.size()));
  row->bind(4, to_unix_ms(now));
  if (request.lead) {
    bind_uuid(*row, 5, *request.lead);
  } else {
    row->bind(5);
  }
  row->exec();
}

}  // namespace

void remove_old_answers(Connection& connection, Time now) {
  auto row = connection.use(kRemoveOld);
  row->bind(1, to_unix_ms(now - kKeptFor));
  row->exec();
}

BegunChange::~BegunChange() {
  if (door_ != nullptr) door_->end(request_);
}

CommitResult BegunChange::remember(const GivenAnswer& answer) {
  return door_->committer_.commit(Urgency::always, [&](Connection& connection) {
    auto row = connection.use(kRemember);
    row->bind(1, answer.status);
    row->bind(2, answer.body);
    row->bind(3, request_.actor);
    row->bind(4, request_.key);
    row->exec();
  });
}

CommitResult BegunChange::forget() {
  return door_->committer_.commit(Urgency::always, [&](Connection& connection) {
    auto row = connection.use(kForget);
    row->bind(1, request_.actor);
    row->bind(2, request_.key);
    row->exec();
  });
}

KeyResult GivenAnswers::begin(KeyedRequest request) {
  if (auto other = find_under_way(request)) return std::move(*other);
  BegunChange begun(*this, request);
  const Time now = clock_.now();
  std::optional<KeyResult> before;
  const auto failure = committer_.commit(Urgency::always, [&](Connection& connection) {
    remove_old_answers(connection, now);
    if (auto found = find(connection, request)) {
      before.emplace(std::move(*found));
    } else {
      insert(connection, request, now);
    }
  });
  if (failure) return *failure;
  if (before) return std::move(*before);
  return begun;
}

// nullopt: none with this key is, and this one is from now on.
std::optional<KeyResult> GivenAnswers::find_under_way(const KeyedRequest& request) {
  const std::lock_guard lock(mutex_);
  const auto [at, is_first] = under_way_.try_emplace({request.actor, request.key}, request.request_sha256);
  if (is_first) return std::nullopt;
  if (at->second != request.request_sha256) return KeyOfAnother{};
  return ChangeUnderWay{};
}

void GivenAnswers::end(const KeyedRequest& request) {
  const std::lock_guard lock(mutex_);
  under_way_.erase({request.actor, request.key});
}

}  // namespace leadspool::outbox

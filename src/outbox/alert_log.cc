#include "outbox/alert_log.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"

namespace leadspool::outbox {
namespace {

constexpr const char* kReadAll = "SELECT name, since, told_at, degree, text FROM alert ORDER BY name";

constexpr const char* kWrite =
    "INSERT OR REPLACE INTO alert (name, since, told_at, degree, text) VALUES (?, ?, ?, ?, ?)";

constexpr const char* kRemove = "DELETE FROM alert WHERE name = ?";

constexpr const char* kNote = "INSERT INTO notice (at, name, kind, text) VALUES (?, ?, ?, ?)";

const char* to_string(ToldNotice::Kind kind) {
  switch (kind) {
    case ToldNotice::Kind::began:
      return "began";
    case ToldNotice::Kind::goes_on:
      return "goes on";
    case ToldNotice::Kind::over:
      return "over";
  }
  return "";
}

void write_alert(Connection& connection, const ToldAlert& alert) {
  auto insert = connection.use(kWrite);
  insert->bind(1, alert.name);
  insert->bind(2, to_unix_ms(alert.since));
  insert->bind(3, to_unix_ms(alert.told_at));
  insert->bind(4, alert.degree);
  insert->bind(5, alert.text);
  insert->exec();
}

void write_notice(Connection& connection, const ToldNotice& notice) {
  auto insert = connection.use(kNote);
  insert->bind(1, to_unix_ms(notice.at));
  insert->bind(2, notice.name);
  insert->bind(3, to_string(notice.kind));
  insert->bind(4, notice.text);
  insert->exec();
}

}  // namespace

std::variant<std::vector<ToldAlert>, Failure> AlertLog::read_all() {
  std::vector<ToldAlert> all;
  const auto failure = committer_.commit(Urgency::always, [&](Connection& connection) {
    auto row = connection.use(kReadAll);
    while (row->executeStep()) {
      all.push_back({row->getColumn(0).getString(), from_unix_ms(row->getColumn(1).getInt64()),
                     from_unix_ms(row->getColumn(2).getInt64()), row->getColumn(3).getInt64(),
                     row->getColumn(4).getString()});
    }
  });
  if (failure) return *failure;
  return all;
}

CommitResult AlertLog::write(const AlertChanges& changes) {
  return committer_.commit(Urgency::always, [&](Connection& connection) {
    for (const auto& alert : changes.written) write_alert(connection, alert);
    for (const auto& name : changes.removed) {
      auto row = connection.use(kRemove);
      row->bind(1, name);
      row->exec();
    }
    for (const auto& notice : changes.notices) write_notice(connection, notice);
  });
}

}  // namespace leadspool::outbox

#include "outbox/retention.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/given_answers.h"
#include "outbox/search_index.h"

namespace leadspool::outbox {
namespace {

// Some tens of milliseconds' worth each.
constexpr int kLeadsRemovedPerStep = 200;
constexpr std::int64_t kNumbersPerStep = 5'000;
constexpr int kPagesGivenBackPerStep = 500;

// Unused pages are used again: to give back and take a few for each lead that comes and goes would be for
// nothing.
constexpr std::int64_t kPagesWorthIt = 250;
constexpr std::int64_t kPartWorthIt = 20;  // a twentieth of the file

constexpr int kNoticesKept = 500;

constexpr const char* kLastNumberBefore =
    "SELECT coalesce(max(last_number), 0) FROM received_in_hour WHERE hour < ?";

constexpr const char* kToBeRemoved =
    "SELECT number FROM lead WHERE number > ?1 AND number <= ?2 AND erased_at IS NULL "
    "  AND EXISTS (SELECT 1 FROM delivery WHERE lead_number = lead.number AND state = 'delivered') "
    "  AND NOT EXISTS (SELECT 1 FROM delivery WHERE lead_number = lead.number "
    "                  AND (state NOT IN ('delivered', 'discarded') OR state_since >= ?3)) "
    "ORDER BY number LIMIT ?4";

constexpr const char* kRangeBefore =
    "SELECT first_number, last_number FROM removed_leads WHERE first_number < ? "
    "ORDER BY first_number DESC LIMIT 1";

constexpr const char* kTakeRangeAfter =
    "DELETE FROM removed_leads WHERE first_number = ? RETURNING last_number";

constexpr const char* kSetRange =
    "INSERT INTO removed_leads (first_number, last_number) VALUES (?, ?) "
    "ON CONFLICT DO UPDATE SET last_number = excluded.last_number";

constexpr const char* kRemoveAttempts =
    "DELETE FROM attempt WHERE delivery_id IN (SELECT id FROM delivery WHERE lead_number = ?)";
constexpr const char* kRemoveDeliveries = "DELETE FROM delivery WHERE lead_number = ?";
constexpr const char* kRemoveRevisions = "DELETE FROM revision WHERE lead_number = ?";
constexpr const char* kRemoveAudit = "DELETE FROM audit WHERE lead_number = ?";
constexpr const char* kRemoveAnswers =
    "DELETE FROM given_answer WHERE lead_id = (SELECT id FROM lead WHERE number = ?)";
constexpr const char* kRemoveLead = "DELETE FROM lead WHERE number = ?";

constexpr const char* kRemoveOldNotices =
    "DELETE FROM notice WHERE number <= (SELECT max(number) FROM notice) - ?";

constexpr const char* kUnusedPages =
    "SELECT freelist_count, page_count FROM pragma_freelist_count, pragma_page_count";
constexpr const char* kGiveBack = "PRAGMA incremental_vacuum(500)";

std::vector<std::int64_t> find_to_be_removed(Connection& connection, const RetentionWalk& walk,
                                             std::int64_t to) {
  auto row = connection.use(kToBeRemoved);
  row->bind(1, walk.after);
  row->bind(2, to);
  row->bind(3, to_unix_ms(walk.limit));
  row->bind(4, kLeadsRemovedPerStep);
  std::vector<std::int64_t> numbers;
  while (row->executeStep()) numbers.push_back(row->getColumn(0).getInt64());
  return numbers;
}

// Joined with the ranges before and after it, so that there are no more of them than leads that stayed.
void note_removed(Connection& connection, std::int64_t first, std::int64_t last) {
  {
    auto before = connection.use(kRangeBefore);
    before->bind(1, first);
    if (before->executeStep() && before->getColumn(1).getInt64() == first - 1) {
      first = before->getColumn(0).getInt64();
    }
  }
  {
    auto after = connection.use(kTakeRangeAfter);
    after->bind(1, last + 1);
    while (after->executeStep()) last = after->getColumn(0).getInt64();
  }
  auto range = connection.use(kSetRange);
  range->bind(1, first);
  range->bind(2, last);
  range->exec();
}

void note_removed(Connection& connection, const std::vector<std::int64_t>& numbers) {
  auto first = numbers.begin();
  while (first != numbers.end()) {
    auto last = first;
    while (std::next(last) != numbers.end() && *std::next(last) == *last + 1) ++last;
    note_removed(connection, *first, *last);
    first = std::next(last);
  }
}

void remove_lead(Connection& connection, std::int64_t number) {
  unindex_lead(connection, number);
  for (const char* sql :
       {kRemoveAttempts, kRemoveDeliveries, kRemoveRevisions, kRemoveAudit, kRemoveAnswers, kRemoveLead}) {
    auto removal = connection.use(sql);
    removal->bind(1, number);
    removal->exec();
  }
}

}  // namespace

RetentionWalk begin_retention(Connection& connection, Time limit) {
  auto row = connection.use(kLastNumberBefore);
  row->bind(1, to_unix_ms(limit));
  row->executeStep();
  return {.limit = limit, .after = 0, .last_number = row->getColumn(0).getInt64()};
}

int remove_delivered(Connection& connection, RetentionWalk& walk) {
  const auto to = std::min(walk.after + kNumbersPerStep, walk.last_number);
  const auto numbers = find_to_be_removed(connection, walk, to);
  note_removed(connection, numbers);
  for (const auto number : numbers) remove_lead(connection, number);
  if (!numbers.empty()) owe_purge(connection);
  const bool is_full = numbers.size() == kLeadsRemovedPerStep;
  walk.after = is_full ? numbers.back() : to;
  return static_cast<int>(numbers.size());
}

void remove_old_words(Connection& connection, Time now) {
  remove_old_answers(connection, now);
  auto notices = connection.use(kRemoveOldNotices);
  notices->bind(1, kNoticesKept);
  notices->exec();
}

bool give_space_back(Connection& connection) {
  {
    auto pages = connection.use(kUnusedPages);
    pages->executeStep();
    const auto unused = pages->getColumn(0).getInt64();
    const auto all = pages->getColumn(1).getInt64();
    if (unused < kPagesWorthIt || unused < all / kPartWorthIt) return false;
  }
  connection.database().exec(kGiveBack);
  return true;
}

}  // namespace leadspool::outbox

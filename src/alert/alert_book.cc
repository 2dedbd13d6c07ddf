#include "alert/alert_book.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace leadspool::alert {
namespace {

bool is_over(const outbox::ToldAlert& told) { return told.degree < 0; }

bool is_due_again(const outbox::ToldAlert& told, const Trouble& trouble, Time now) {
  const bool has_grown = trouble.degree > std::abs(told.degree);
  if (has_grown && trouble.growth_is_told_at_once) return true;
  const auto waited = now - told.told_at;
  if (is_over(told)) return waited >= AlertBook::kLeastWait;
  return waited >= trouble.remind_after || (has_grown && waited >= AlertBook::kLeastWait);
}

Notice recovery_of(const outbox::ToldAlert& told, Time now) {
  Notice notice{Notice::State::recovered, {}, now};
  notice.trouble.name = told.name;
  notice.trouble.since = told.since;
  notice.trouble.subject = told.text;
  return notice;
}

}  // namespace

void AlertBook::take_over(const outbox::ToldAlert& alert) {
  Entry entry{.told = alert, .seen_at = alert.told_at, .recovery_told_at = {}};
  if (is_over(alert)) entry.recovery_told_at = alert.told_at;
  entries_.try_emplace(alert.name, std::move(entry));
}

std::vector<Notice> AlertBook::look(const std::vector<Trouble>& troubles, bool all_known, Time now) {
  std::vector<Notice> due;
  for (auto& [name, entry] : entries_) {
    if (all_known) ++entry.looks_without;
    // The wall clock was set back: the wait begins anew, or it would last until the clock is there again.
    for (auto* at : {&entry.told.told_at, &entry.seen_at}) *at = std::min(*at, now);
    if (auto& at = entry.recovery_told_at) at = std::min(*at, now);
  }
  for (const auto& trouble : troubles) {
    if (const auto at = entries_.find(trouble.name); at != entries_.end()) {
      find_due(trouble, at->second, now, due);
    } else if (!trouble.known_to_people) {
      due.push_back({Notice::State::raised, trouble, now});
    }
  }
  for (const auto& [name, entry] : entries_) {
    const bool may_be_told = !entry.recovery_told_at || now - *entry.recovery_told_at >= kLeastWait;
    const bool is_news = !is_over(entry.told) && entry.looks_without >= kLooksUntilOver;
    if (is_news && may_be_told) {
      due.push_back(recovery_of(entry.told, now));
      due.back().returns = entry.returns;
    }
  }
  std::erase_if(entries_, [now](const auto& each) {
    const auto& entry = each.second;
    return is_over(entry.told) && now - std::max(entry.told.told_at, entry.seen_at) >= kLeastWait;
  });
  return due;
}

// What is due of `trouble`, which was told of before and is found now.
void AlertBook::find_due(const Trouble& trouble, Entry& entry, Time now, std::vector<Notice>& due) {
  auto& told = entry.told;
  // This look is one of those without, as look() counted them.
  if (entry.looks_without > kLooksUntilOver) ++entry.returns;
  entry.looks_without = 0;
  entry.seen_at = now;
  if (trouble.known_to_people) return;
  if (is_due_again(told, trouble, now)) {
    due.push_back({is_over(told) ? Notice::State::raised : Notice::State::still, trouble, now});
    due.back().returns = entry.returns;
    if (!is_over(told)) due.back().trouble.since = std::min(trouble.since, told.since);
  } else if (!trouble.growth_is_told_at_once && !is_over(told)) {
    // What shrinks and then grows again has grown.
    told.degree = std::min(told.degree, trouble.degree);
  }
}

void AlertBook::told(const Notice& notice) {
  const auto& trouble = notice.trouble;
  auto& entry = entries_[trouble.name];
  entry.returns = 0;
  if (notice.state == Notice::State::recovered) {
    entry.told.degree = -entry.told.degree;
    entry.told.told_at = notice.at;
    entry.recovery_told_at = notice.at;
  } else {
    entry.told = {trouble.name, trouble.since, notice.at, trouble.degree, trouble.subject};
    entry.seen_at = notice.at;
    entry.looks_without = 0;
  }
}

std::vector<outbox::ToldAlert> AlertBook::told_alerts() const {
  std::vector<outbox::ToldAlert> all;
  for (const auto& [name, entry] : entries_) all.push_back(entry.told);
  return all;
}

}  // namespace leadspool::alert

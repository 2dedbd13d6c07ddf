#include "alert/alert_book.h"

#include <algorithm>

namespace leadspool::alert {
namespace {

bool is_due_again(const outbox::ToldAlert& told, const Trouble& trouble, Time now) {
  const bool has_grown = trouble.degree > told.degree;
  if (has_grown && trouble.growth_is_told_at_once) return true;
  const auto waited = now - told.told_at;
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

void AlertBook::take_over(const outbox::ToldAlert& alert) { entries_.try_emplace(alert.name, Entry{alert}); }

std::vector<Notice> AlertBook::look(const std::vector<Trouble>& troubles, bool all_known, Time now) {
  std::vector<Notice> due;
  for (auto& [name, entry] : entries_) {
    if (all_known) ++entry.looks_without;
    // The wall clock was set back: the wait begins anew, or it would last until the clock is there again.
    entry.told.told_at = std::min(entry.told.told_at, now);
  }
  for (const auto& trouble : troubles) {
    const auto at = entries_.find(trouble.name);
    if (at == entries_.end()) {
      due.push_back({Notice::State::raised, trouble, now});
      continue;
    }
    auto& told = at->second.told;
    at->second.looks_without = 0;
    if (is_due_again(told, trouble, now)) {
      due.push_back({Notice::State::still, trouble, now});
      due.back().trouble.since = std::min(trouble.since, told.since);
    } else if (!trouble.growth_is_told_at_once) {
      // What shrinks and then grows again has grown.
      told.degree = std::min(told.degree, trouble.degree);
    }
  }
  for (const auto& [name, entry] : entries_) {
    if (entry.looks_without >= kLooksUntilOver) due.push_back(recovery_of(entry.told, now));
  }
  return due;
}

void AlertBook::told(const Notice& notice) {
  const auto& trouble = notice.trouble;
  if (notice.state == Notice::State::recovered) {
    entries_.erase(trouble.name);
  } else {
    entries_[trouble.name] = {{trouble.name, trouble.since, notice.at, trouble.degree, trouble.subject}, 0};
  }
}

std::vector<outbox::ToldAlert> AlertBook::told_alerts() const {
  std::vector<outbox::ToldAlert> all;
  for (const auto& [name, entry] : entries_) all.push_back(entry.told);
  return all;
}

}  // namespace leadspool::alert

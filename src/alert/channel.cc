#include "alert/channel.h"

#include <algorithm>

#include "base/digest.h"
#include "base/log.h"

namespace leadspool::alert {
namespace {

constexpr Milliseconds kFirstPause{30'000};
constexpr Milliseconds kLongestPause{600'000};
constexpr std::size_t kHashDigits = 16;

// The first failure is tried again at the next look.
Milliseconds pause_after(int failures) {
  if (failures <= 1) return Milliseconds{0};
  Milliseconds pause = kFirstPause;
  for (int i = 2; i < failures && pause < kLongestPause; ++i) pause *= 2;
  return std::min(pause, kLongestPause);
}

std::string key_of(const Notice& notice) {
  return std::string(to_string(notice.state)) + " " + notice.trouble.name;
}

}  // namespace

void Channel::reach(std::string_view address) {
  const auto hash = address.empty() ? "" : " " + to_hex(sha256(address)).substr(0, kHashDigits);
  const auto prefix = name_ + hash + ":";
  if (prefix == prefix_) return;
  prefix_ = prefix;
  book_ = {};
  logged_.clear();
}

void Channel::tell(const std::vector<Trouble>& troubles, bool all_known, const Send& send,
                   const Clock& clock) {
  auto due = book_.look(troubles, all_known, clock.now());
  // What failed before comes last, or it might use up every turn.
  std::ranges::stable_partition(due, [&](const auto& each) { return !logged_.contains(key_of(each)); });
  if (due.empty()) logged_.clear();
  const auto begin = clock.steady_now();
  if (begin < closed_until_) return;
  bool failed = false;
  for (const auto& notice : due) {
    if (clock.steady_now() - begin >= kTurn) break;
    const auto result = send(notice);
    if (const auto* failure = std::get_if<SendFailure>(&result)) {
      failed = true;
      note_failure(notice, *failure);
      if (failure->of_this_notice) continue;
      break;
    }
    book_.told(notice);
    logged_.erase(key_of(notice));
    const auto& remark = std::get<Sent>(result).remark;
    if (!remark.empty()) log_warn("alert_sent_in_part", {{"channel", name_}, {"why", remark}});
  }
  failures_ = failed ? failures_ + 1 : 0;
  closed_until_ = begin + pause_after(failures_);
}

void Channel::note_failure(const Notice& notice, const SendFailure& failure) {
  if (!logged_.insert(key_of(notice)).second) return;
  log_error("alert_not_sent", {{"channel", name_},
                               {"alert", notice.trouble.name},
                               {"state", to_string(notice.state)},
                               {"why", failure.why},
                               {"consequence", "it is tried again"}});
}

void Channel::try_afresh() {
  failures_ = 0;
  closed_until_ = SteadyTime::min();
}

bool Channel::take_over(const outbox::ToldAlert& alert) {
  if (!alert.name.starts_with(prefix_)) return false;
  auto own = alert;
  own.name.erase(0, prefix_.size());
  book_.take_over(own);
  return true;
}

std::vector<outbox::ToldAlert> Channel::told_alerts() const {
  auto all = book_.told_alerts();
  for (auto& each : all) each.name.insert(0, prefix_);
  return all;
}

}  // namespace leadspool::alert

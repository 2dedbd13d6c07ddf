#include "alert/channel.h"

#include <algorithm>

#include "base/log.h"

namespace leadspool::alert {
namespace {

constexpr Milliseconds kFirstPause{30'000};
constexpr Milliseconds kLongestPause{600'000};

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

void Channel::tell(const std::vector<Trouble>& troubles, bool all_known, const Send& send, Time now,
                   SteadyTime steady_now) {
  const auto due = book_.look(troubles, all_known, now);
  if (due.empty()) logged_.clear();
  if (steady_now < closed_until_) return;
  bool failed = false;
  for (const auto& notice : due) {
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
  closed_until_ = steady_now + pause_after(failures_);
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
  const auto prefix = name_ + ":";
  if (!alert.name.starts_with(prefix)) return false;
  auto own = alert;
  own.name.erase(0, prefix.size());
  book_.take_over(own);
  return true;
}

std::vector<outbox::ToldAlert> Channel::told_alerts() const {
  auto all = book_.told_alerts();
  for (auto& each : all) each.name.insert(0, name_ + ":");
  return all;
}

}  // namespace leadspool::alert

#include "alert/watched_times.h"

#include <algorithm>

namespace leadspool::alert {

void WatchedTimes::look(const std::map<std::string, std::optional<Time>>& own_times, Time now) {
  std::erase_if(all_, [&](const auto& each) { return !own_times.contains(each.first); });
  for (const auto& [name, own_time] : own_times) {
    auto& watched = all_.try_emplace(name, Watched{now, now}).first->second;
    const bool lies_ahead = own_time && *own_time > now;
    if (lies_ahead && *own_time != watched.own_time) watched = {now, *own_time};
    watched.since = std::min(watched.since, now);
  }
}

std::map<std::string, Time> WatchedTimes::since() const {
  std::map<std::string, Time> since;
  for (const auto& [name, watched] : all_) since.emplace(name, watched.since);
  return since;
}

bool WatchedTimes::take_over(const outbox::ToldAlert& alert) {
  if (!alert.name.starts_with(prefix_)) return false;
  all_.try_emplace(alert.name.substr(prefix_.size()), Watched{alert.since, alert.told_at});
  return true;
}

std::vector<outbox::ToldAlert> WatchedTimes::to_remember() const {
  std::vector<outbox::ToldAlert> rows;
  for (const auto& [name, watched] : all_) {
    rows.push_back({prefix_ + name, watched.since, watched.own_time, 0, ""});
  }
  return rows;
}

}  // namespace leadspool::alert

// Since when something is watched whose own time cannot be reckoned from: it has none, or one that lies in
// the future, as what came while the wall clock ran ahead.
//
// Thread-safety: none. Pure but for its own state: time is passed in.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "outbox/alert_log.h"

namespace leadspool::alert {

class WatchedTimes {
 public:
  // `kind` begins the names under which the times are remembered: "watching".
  explicit WatchedTimes(const std::string& kind) : prefix_(kind + ":") {}

  // All that is watched from now on, by name. It is watched anew where it bears another time in the future
  // than before: something came.
  void look(const std::map<std::string, std::optional<Time>>& own_times, Time now);

  // By name; none is later than the last look.
  [[nodiscard]] std::map<std::string, Time> since() const;

  // Whether `alert` is such a time; it is noted then, unless that thing is watched already.
  bool take_over(const outbox::ToldAlert& alert);

  // Under the names by which take_over() knows them.
  [[nodiscard]] std::vector<outbox::ToldAlert> to_remember() const;

 private:
  struct Watched {
    Time since;
    Time own_time;  // the last one that lay in the future; as `since`: there was none
  };

  const std::string prefix_;
  std::map<std::string, Watched> all_;
};

}  // namespace leadspool::alert

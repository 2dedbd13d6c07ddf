// What one channel has told of, and what is due to be told now: each trouble once, again while it lasts, and
// once that it is over.
//
//   raised     at the first look that finds it
//   still      when it has grown, at most hourly, or at once where the trouble says so; otherwise after the
//              trouble's own time for reminding
//   recovered  when the second look in a row does not find it: a gap of one look is none
//
// A notice stays due until told() says that it went out, so one that could not be sent comes again.
//
// Thread-safety: none. Pure but for its own state: time is passed in.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "alert/notice.h"
#include "alert/trouble.h"
#include "base/time.h"
#include "outbox/alert_log.h"

namespace leadspool::alert {

class AlertBook {
 public:
  static constexpr Milliseconds kLeastWait{std::chrono::hours{1}};
  static constexpr int kLooksUntilOver = 2;

  // What was told before this process began; what this one has told meanwhile goes before.
  void take_over(const outbox::ToldAlert& alert);

  // One look. Not `all_known`: what is missing among `troubles` may still be there, and nothing is over.
  [[nodiscard]] std::vector<Notice> look(const std::vector<Trouble>& troubles, bool all_known, Time now);

  // `notice`, which look() gave, went out.
  void told(const Notice& notice);

  // To be remembered.
  [[nodiscard]] std::vector<outbox::ToldAlert> told_alerts() const;

 private:
  struct Entry {
    outbox::ToldAlert told;
    int looks_without = 0;
  };

  std::map<std::string, Entry> entries_;  // by name
};

}  // namespace leadspool::alert

// What one channel has told of, and what is due to be told now: each trouble once, again while it lasts, and
// once that it is over.
//
//   raised     at the first look that finds it; of one that comes back, an hour after its end was told
//   still      when it has grown, at most hourly, or at once where the trouble says so; otherwise after the
//              trouble's own time for reminding
//   recovered  when the second look in a row does not find it (a gap of one look is none), at most hourly
//
// So one that comes and goes is told of about twice an hour, and what was told last is true within the hour.
// A notice stays due until told() says that it went out, so one that could not be sent comes again.
//
// Thread-safety: none. Pure but for its own state: time is passed in.
#pragma once

#include <map>
#include <optional>
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
    // The degree is negative once it was told that the trouble, which had that degree, is over.
    outbox::ToldAlert told;
    Time seen_at;  // last
    int looks_without = 0;
    int returns = 0;  // since it was last told of
    std::optional<Time> recovery_told_at;
  };

  static void find_due(const Trouble& trouble, Entry& entry, Time now, std::vector<Notice>& due);

  std::map<std::string, Entry> entries_;  // by name
};

}  // namespace leadspool::alert

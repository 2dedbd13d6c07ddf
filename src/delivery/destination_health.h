// Whether a destination is worth calling, and whose fault a failure is: the breaker and the pause.
//
// down: after 10 failures in a row that are the destination's trouble, from at least 3 different leads (or
// any 10 that are surely the destination's), nothing is claimed but one probe at a time, 30 s to 10 min
// apart. An answer that was lost with its connection counts only when the lead was tried before: once, it is
// an accident, and the destination most likely has the lead.
//
// misconfigured: an outcome `misconfigured` is a suspicion until a second, different lead confirms it that
// was tried because of it; meanwhile one lead at a time is tried, another one where there is one, best the
// youngest that was not tried before. One lead alone proves nothing, however often it fails. Confirmed, it
// pauses the destination, which is probed every 5 min. What concerns every lead (AttemptOutcome) needs no
// other lead to confirm it.
//
// A lead that fails so while others pass between its tries uses its budget up, as with 500s: what befalls
// leads at random buries none of them soon. Only where the answer may be of one lead (a 403), and was of the
// same cause three times, each after others had passed, is the lead `rejected`: it is the lead. If it was one
// of several that failed together it is tried once more before: what they had in common proves nothing about
// each.
//
// To pass is to be delivered, or to be refused in words that show that our credentials are good (409, 422).
// A refusal that any gateway may have uttered (400, 413) ends no suspicion and no pause.
//
// `down` ends with the first sensible answer (also "I refuse this lead"), `misconfigured` with the first that
// passes. From then on one is in flight at first, and with each sensible answer one more, so that a backlog
// does not come as a stampede. Attempts made while it is not working cost no lead anything. A Retry-After
// closes it for that long, at most 10 h.
//
// Thread-safety: none; the worker's thread owns it. Pure but for its own state: time is passed in.
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/time.h"
#include "base/uuid.h"
#include "lead/attempt.h"
#include "lead/destination_record.h"

namespace leadspool::delivery {

// What an operator is shown.
struct HealthView {
  Condition condition = Condition::working;
  std::optional<Time> since;       // of a condition other than working
  std::optional<Time> next_probe;  // while not working, or while a Retry-After lasts
  std::string reason;              // of the last failure; empty when well
  int in_flight = 0;
  std::optional<Pause> pause;  // a person's
};

class DestinationHealth {
 public:
  static constexpr int kFailuresToOpen = 10;
  static constexpr std::size_t kLeadsToOpen = 3;
  static constexpr Milliseconds kFirstProbe{30'000};
  static constexpr Milliseconds kLongestProbe{600'000};
  static constexpr Milliseconds kProbeAgain{5'000};
  static constexpr Milliseconds kMisconfiguredProbe{300'000};
  // Of a Retry-After.
  static constexpr Milliseconds kLongestPause{36'000'000};
  // Leads remembered because they failed as `misconfigured`.
  static constexpr std::size_t kMostSuspects = 1'000;

  DestinationHealth() = default;
  // As it was remembered; no wait that was is taken for longer than it can have been at `now`.
  DestinationHealth(const HealthRecord& record, Time now);

  // To be remembered. Differs from the one before only where a restart should know the difference.
  [[nodiscard]] const HealthRecord& record() const { return record_; }

  // How many more deliveries may be claimed now, when `in_flight` are and `max_in_flight` may be.
  [[nodiscard]] int room(int in_flight, int max_in_flight, Time now) const;

  // When room() may grow by the passing of time alone; nullopt when time plays no part.
  [[nodiscard]] std::optional<Time> next_look(Time now) const;

  // The lead that must not be tried at present, because another one is to tell whether it is that lead's own
  // trouble; it may be when there is no other.
  [[nodiscard]] std::optional<Uuid> avoids() const;

  // Leads that were not tried before tell more at present: those that were may be the odd ones.
  [[nodiscard]] bool prefers_untried() const;

  // What an attempt told about the destination and its lead.
  enum class Sign {
    none,
    went_down,
    paused_itself,
    came_back,      // what waits for the destination should be tried at once
    probe_again,    // the probe's answer was lost: the next probe is to be the same lead, which the CRM may
                    // have
    others_pass,    // misconfigured, they say, but others have passed: the try is to count against the budget
    the_leads_own,  // the same once too often, and never for others: it is to be taken for rejected
  };

  // The attempt that an outcome is of.
  struct Tried {
    Uuid lead;
    bool is_repeat = false;  // its answer could have been lost before
    Time began;
    // It began while another lead was suspected, to tell whether it is that lead. What was in flight already
    // may be odd for the same reason.
    bool is_witness = true;
  };

  // Takes note of a finished attempt.
  [[nodiscard]] Sign note(const AttemptOutcome& outcome, const Tried& tried, Time now);

  // From now on one is in flight at first, as after an outage.
  void begin_gently() { most_in_flight_ = 1; }

  // The same for one that was not working, and that a person has resumed: whether it is mended must be seen.
  void take_as_mended();

  // Its settings were changed: if it is misconfigured, the next probe does not wait, but for a Retry-After,
  // or for what was remembered and may be one.
  void expect_mended();

  // Forgets how long to wait, not why: the clock it was reckoned by was set.
  void forget_wait();

  [[nodiscard]] bool is_working() const { return record_.condition == Condition::working; }

 private:
  static constexpr int kNoLimit = std::numeric_limits<int>::max();

  // A lead that failed as `misconfigured`.
  struct Suspect {
    std::string cause;           // of every failure that counts here: with another one all begins anew
    Time failed_at;              // last
    bool others_passed = false;  // in an attempt that began since
    int outdone = 0;             // how often it failed after others had passed since
    bool among_several = false;  // others failed so too, and none passed between
  };

  [[nodiscard]] bool is_closed(Time now) const { return record_.closed_until && now < *record_.closed_until; }
  [[nodiscard]] bool is_worth_opening() const;
  Sign note_sensible(const AttemptOutcome& outcome, const Tried& tried, Time now);
  void note_passed(const Tried& tried);
  Sign note_unavailable(const AttemptOutcome& outcome, const Uuid& lead, Time now);
  Sign note_misconfigured(const AttemptOutcome& outcome, const Tried& tried, Time now);
  Sign note_others_pass(const AttemptOutcome& outcome, const Uuid& lead, bool same_cause);
  Sign note_probe(const AttemptOutcome& outcome, const Uuid& lead, bool is_accident, Time now);
  Sign fall(Condition condition, const AttemptOutcome& outcome, const Uuid& lead, Time now);
  Suspect& suspect(const Uuid& lead, const std::string& cause, Time now);
  // All that failed so far failed for a reason that they have in common.
  void take_suspects_together();
  void heed_retry_after(const AttemptOutcome& outcome, Time now);
  // The next probe comes after `wait`, or when a Retry-After ends.
  void close_for(Milliseconds wait, Time now);

  HealthRecord record_;
  std::optional<Time> retry_after_ends_;

  // The breaker, since the last sensible answer.
  int failures_ = 0;
  bool all_surely_the_destinations_ = true;
  std::set<Uuid> failed_leads_;

  // Whose fault `misconfigured` is.
  std::map<Uuid, Suspect> suspects_;
  std::optional<Uuid> suspicion_;     // while working: the lead that failed so last, unless one passed since
  std::optional<Uuid> last_to_fail_;  // while not working
  bool unproven_ = false;             // a person resumed it, and no lead has passed since

  int most_in_flight_ = kNoLimit;
};

}  // namespace leadspool::delivery

#include "base/clock_sync.h"

#include <sys/timex.h>

namespace leadspool {

ClockSync clock_sync() {
  timex state{};  // with `modes` of 0 nothing is set
  const int answer = adjtimex(&state);
  if (answer < 0) return ClockSync::unknown;
  return answer == TIME_ERROR || (state.status & STA_UNSYNC) != 0 ? ClockSync::adrift
                                                                  : ClockSync::synchronised;
}

}  // namespace leadspool

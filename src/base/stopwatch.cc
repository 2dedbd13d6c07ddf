#include "base/stopwatch.h"

namespace leadspool {

Stopwatch::Stopwatch() : started_(std::chrono::steady_clock::now()) {}

Microseconds Stopwatch::elapsed() const {
  return std::chrono::duration_cast<Microseconds>(std::chrono::steady_clock::now() - started_);
}

}  // namespace leadspool

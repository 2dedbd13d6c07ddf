// Whether something keeps the machine's clock right (NTP), as the kernel knows it.
//
// Thread-safety: any thread.
#pragma once

namespace leadspool {

enum class ClockSync { synchronised, adrift, unknown };

[[nodiscard]] ClockSync clock_sync();

}  // namespace leadspool

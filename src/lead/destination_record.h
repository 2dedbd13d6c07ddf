// What is remembered of a destination across restarts: how well it is, and whether a person paused it.
//
// Thread-safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace leadspool {

enum class Condition {
  working,
  down,           // the breaker is open: one probe at a time
  misconfigured,  // it paused itself: credentials, permission or address are wrong; probed every 5 minutes
};

[[nodiscard]] std::string_view to_string(Condition condition);
[[nodiscard]] std::optional<Condition> parse_condition(std::string_view text);

struct HealthRecord {
  Condition condition = Condition::working;
  Time since;                        // when the condition began
  std::string reason;                // of the last failure; empty when well
  Milliseconds probe_wait{0};        // the wait before the last probe that was planned
  std::optional<Time> closed_until;  // the next probe, or the end of a Retry-After
  // How many pauses and resumes a person had ordered when this was learned.
  std::int64_t orders = 0;

  bool operator==(const HealthRecord&) const = default;
};

// A person's order to send nothing there for now.
struct Pause {
  Time at;
  std::string by;
  std::string reason;

  bool operator==(const Pause&) const = default;
};

struct DestinationRecord {
  HealthRecord health;
  std::optional<Pause> pause;

  bool operator==(const DestinationRecord&) const = default;
};

}  // namespace leadspool

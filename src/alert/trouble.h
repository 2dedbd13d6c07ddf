// What is wrong, as a person should be told it: decided from the facts alone.
//
// Thread-safety: values and pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "alert/facts.h"
#include "base/time.h"

namespace leadspool::alert {

enum class Severity {
  warning,   // goes on, or mends itself
  critical,  // leads are refused, or need a person to be delivered
};

[[nodiscard]] std::string_view to_string(Severity severity);

struct Trouble {
  // Stays the same while it lasts, also when it gets worse: "destination/crm".
  std::string name;
  Severity severity = Severity::warning;
  Time since;
  // Grows as it gets worse. Growth is told within the hour, or, where it is another thing to do, at once.
  std::int64_t degree = 1;
  bool growth_is_told_at_once = false;
  // Told again after so long, even if nothing changed.
  Milliseconds remind_after{std::chrono::hours{1}};
  // A person's own doing: nothing is told while it lasts, and not that it is over either.
  bool known_to_people = false;
  std::string subject;  // one line
  std::string text;     // what is wrong, and what to do about it
};

// None of a lead's data is in them, and no key.
[[nodiscard]] std::vector<Trouble> find_troubles(const Facts& facts, const Limits& limits, Time now);

}  // namespace leadspool::alert

// What the simulated CRM has been told to do wrong. As JSON (GET and PUT /faults):
//
//   {"mode": "throttle", "delay_ms": 0, "retry_after_s": 2, "status": 429, "count": 3, "probability": 0.5,
//    "match": "Contoso", "at": "token"}
//
//   none          nothing                              drop_answer   stores, then cuts the connection
//   delay         waits, then works (1000 ms)          reset         cuts the connection without storing
//   refuse        503 without storing                  hang          never answers, and stores nothing
//   error         500 without storing                  throttle      429 with Retry-After (1 s)
//   unauthorized  401                                  reject        422, as for a lead it dislikes
//   forbid        403, as a firewall would             quota         what the CRM says when its daily quota
//   is
//                                                      used up; 429 where it has none
//
// A CRM answers in its own words, and with the status that it has for such a case, unless `status` says
// otherwise. Only "mode" is required. `delay_ms` is waited before anything else, in every mode. With `match`
// only leads whose body contains that text are struck. What hangs is cut when the faults are changed, or
// after ten minutes.
//
// Thread-safety: values and pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"

namespace leadspool::simulator {

enum class FaultMode {
  none,
  refuse,
  delay,
  throttle,
  error,
  reset,
  drop_answer,
  reject,
  unauthorized,
  forbid,
  hang,
  quota
};

// Which requests are struck.
enum class FaultPlace {
  records,  // those that would make or change a record, or look for one in order to
  token,    // those for a token
};

[[nodiscard]] std::string_view to_string(FaultMode mode);
// Of all modes, as "none, refuse, ...".
[[nodiscard]] std::string mode_names(std::string_view separator);

struct Fault {
  FaultMode mode = FaultMode::none;
  Milliseconds delay{0};
  std::optional<int> retry_after_s;  // sent as Retry-After; absent: only throttle sends one
  std::optional<int> status;         // instead of the mode's own; only where the mode answers with an error
  std::optional<int> count;          // strikes this many times, then never again; absent: until changed
  double probability = 1.0;          // of striking a request
  FaultPlace at = FaultPlace::records;
  std::string match;  // strikes only bodies that contain it; empty: every one
};

// What is wrong with a fault's JSON, for the person who sent it.
struct FaultError {
  std::string message;
};

[[nodiscard]] std::variant<Fault, FaultError> parse_fault(std::string_view json);
[[nodiscard]] std::string fault_json(const Fault& fault);

// The status an error of this fault answers with; 0 for the modes that do not answer with one.
[[nodiscard]] int error_status(const Fault& fault);

}  // namespace leadspool::simulator

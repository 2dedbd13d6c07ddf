// How a request's failure is told to a person.
//
// Thread-safety: pure.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "http/client.h"

namespace leadspool::http {

// "could not connect"
[[nodiscard]] std::string_view description(FailurePhase phase);

// "no connection was made": to be followed by the time that was allowed.
[[nodiscard]] std::string_view description_of_timeout(FailurePhase phase);

// "0.25 s"
[[nodiscard]] std::string in_seconds(std::chrono::milliseconds span);

}  // namespace leadspool::http

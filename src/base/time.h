// Time as a value: what every module means by a moment and by a span.
//
// Only `Clock` produces a `Time`; everything else is handed one. Stored and shown times are UTC.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leadspool {

using Milliseconds = std::chrono::milliseconds;

// A moment of the wall clock, to the millisecond.
using Time = std::chrono::sys_time<Milliseconds>;

// A moment of a clock that never jumps; only differences mean anything.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, Milliseconds>;

// Milliseconds since 1970-01-01T00:00:00Z, the form in which the outbox stores a moment.
[[nodiscard]] constexpr std::int64_t to_unix_ms(Time time) { return time.time_since_epoch().count(); }
[[nodiscard]] constexpr Time from_unix_ms(std::int64_t unix_ms) { return Time{Milliseconds{unix_ms}}; }

// "2026-11-21T09:30:00.123Z" (RFC 3339, always UTC, always milliseconds).
[[nodiscard]] std::string to_rfc3339(Time time);

// "20261121T093000Z": for names of files, as not every file system takes a colon.
[[nodiscard]] std::string to_file_stamp(Time time);

// Reads the date-time of RFC 3339 section 5.6 with any offset; digits past milliseconds are dropped.
// nullopt when the text is not one.
[[nodiscard]] std::optional<Time> from_rfc3339(std::string_view text);

}  // namespace leadspool

// What happened over time, for plots: GET /api/v1/series.
//
// Thread-safety: values and pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "http/message.h"
#include "outbox/overview.h"

namespace leadspool::admin {

enum class Step { hour, day };  // of UTC
inline constexpr std::array kSteps{Step::hour, Step::day};
[[nodiscard]] std::string_view to_string(Step step);
[[nodiscard]] std::optional<Step> parse_step(std::string_view text);

// Whole steps, at least one and at most kMostPoints; `to` is not part of it.
struct SeriesQuery {
  outbox::Metric metric = outbox::Metric::received;
  Step step = Step::hour;
  Time from;
  Time to;
};

inline constexpr std::int64_t kMostPoints = 2'000;

[[nodiscard]] std::vector<std::string_view> series_query_parameters();

// "metric" must be given. "step" is hour unless given; "to" the end of the step in which `now` is; "from" 48
// hours before, or 30 days. Both are widened to whole steps.
[[nodiscard]] std::variant<SeriesQuery, http::Error> parse_series_query(const http::Request& request,
                                                                        Time now);

struct SeriesPoint {
  Time at;
  std::int64_t count = 0;
  std::map<std::string, std::int64_t> by;  // sources or destinations; only counts that are not 0
};

// A point for each step, oldest first.
[[nodiscard]] std::vector<SeriesPoint> make_series(const SeriesQuery& query,
                                                   const std::vector<outbox::HourCount>& counts);

// {"metric","step","from","to","points":[{"at","count","by"}]}
[[nodiscard]] std::string series_json(const SeriesQuery& query, const std::vector<SeriesPoint>& points);

}  // namespace leadspool::admin

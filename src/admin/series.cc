#include "admin/series.h"

#include <algorithm>
#include <chrono>

#include <nlohmann/json.hpp>

#include "admin/json_parts.h"
#include "admin/parameters.h"

namespace leadspool::admin {
namespace {

// Members keep the order in which they are set: a person reads it too.
using Json = nlohmann::ordered_json;
using std::chrono::days;
using std::chrono::hours;

Milliseconds length_of(Step step) {
  return step == Step::hour ? Milliseconds{hours{1}} : Milliseconds{days{1}};
}
Milliseconds usual_span(Step step) {
  return step == Step::hour ? Milliseconds{hours{48}} : Milliseconds{days{30}};
}

Time begin_of(Step step, Time time) {
  return step == Step::hour ? Time{std::chrono::floor<hours>(time)} : Time{std::chrono::floor<days>(time)};
}

Time end_of(Step step, Time time) {
  const Time begin = begin_of(step, time);
  return begin == time ? time : begin + length_of(step);
}

// A time that is given; false: it is none.
bool take_time(const http::Request& request, std::string_view name, std::optional<Time>& time) {
  const auto value = given(request, name);
  if (value) time = from_rfc3339(*value);
  return !value || time;
}

}  // namespace

std::string_view to_string(Step step) { return step == Step::hour ? "hour" : "day"; }

std::optional<Step> parse_step(std::string_view text) {
  for (const Step step : kSteps) {
    if (to_string(step) == text) return step;
  }
  return std::nullopt;
}

std::vector<std::string_view> series_query_parameters() { return {"metric", "step", "from", "to"}; }

std::variant<SeriesQuery, http::Error> parse_series_query(const http::Request& request, Time now) {
  const auto metric = outbox::parse_metric(given(request, "metric").value_or(""));
  if (!metric) return bad_value("metric", one_of(outbox::kMetrics));
  const auto step = parse_step(given(request, "step").value_or("hour"));
  if (!step) return bad_value("step", one_of(kSteps));
  std::optional<Time> from;
  std::optional<Time> to;
  if (!take_time(request, "from", from)) return bad_value("from", kTimeTakes);
  if (!take_time(request, "to", to)) return bad_value("to", kTimeTakes);

  SeriesQuery query{*metric, *step, {}, {}};
  query.to = to ? end_of(*step, *to) : begin_of(*step, now) + length_of(*step);
  query.from = from ? begin_of(*step, *from) : query.to - usual_span(*step);
  if (query.from >= query.to) return bad_value("from", "a time before \"to\"");
  if ((query.to - query.from) / length_of(*step) > kMostPoints) {
    return bad_value("from", "a time at most " + std::to_string(kMostPoints) + " " +
                                 std::string(to_string(*step)) + "s before \"to\"");
  }
  return query;
}

std::vector<SeriesPoint> make_series(const SeriesQuery& query, const std::vector<outbox::HourCount>& counts) {
  std::vector<SeriesPoint> points;
  for (Time at = query.from; at < query.to; at += length_of(query.step)) points.push_back({at, 0, {}});
  for (const auto& each : counts) {
    const auto index = (each.hour - query.from) / length_of(query.step);
    auto& point = points.at(static_cast<std::size_t>(index));
    point.count += each.count;
    point.by[each.label] += each.count;
  }
  return points;
}

std::string series_json(const SeriesQuery& query, const std::vector<SeriesPoint>& points) {
  const auto point_json = [](const SeriesPoint& point) {
    return Json{{"at", to_rfc3339(point.at)}, {"count", point.count}, {"by", point.by}};
  };
  return to_text<Json>({{"metric", outbox::to_string(query.metric)},
                        {"step", to_string(query.step)},
                        {"from", to_rfc3339(query.from)},
                        {"to", to_rfc3339(query.to)},
                        {"points", array_of<Json>(points, point_json)}});
}

}  // namespace leadspool::admin

#include "admin/overview_routes.h"

#include <utility>
#include <variant>

#include "admin/alert_view.h"
#include "admin/answers.h"
#include "admin/dead_letter_view.h"
#include "admin/last_day.h"
#include "admin/parameters.h"
#include "admin/series.h"
#include "admin/source_view.h"

namespace leadspool::admin {
namespace {

using http::Answer;
using http::Error;
using http::Request;

Answer series(const RouteTools& tools, const Request& request) {
  const auto parsed = parse_series_query(request, tools.clock.now());
  if (const auto* error = std::get_if<Error>(&parsed)) return *error;
  const auto& query = std::get<SeriesQuery>(parsed);
  const auto counts = tools.doors.overview.hours(query.metric, query.from, query.to);
  return json_response(series_json(query, make_series(query, counts)));
}

Answer sources(const RouteTools& tools) {
  auto& overview = tools.doors.overview;
  const Time now = tools.clock.now();
  const auto [from, to] = last_day(now);
  const StoredSources stored{overview.last_received(), overview.hours(outbox::Metric::received, from, to),
                             overview.open_alerts()};
  const auto configured = tools.service.sources ? tools.service.sources() : std::vector<SourceStatus>{};
  return json_response(sources_json(put_together(configured, stored, now)));
}

Answer alerts(const RouteTools& tools, const Request& request) {
  const auto limit = parse_limit_query(request);
  if (const auto* error = std::get_if<Error>(&limit)) return *error;
  auto& overview = tools.doors.overview;
  return json_response(alerts_json(overview.open_alerts(), overview.notices(std::get<int>(limit))));
}

}  // namespace

void add_overview_routes(const AddRoute& add, const RouteTools& tools) {
  add({"GET", "/api/v1/dead-letters", {}},
      [tools](const Call&) { return json_response(dead_letters_json(tools.doors.overview.dead_letters())); });
  add({"GET", "/api/v1/series", series_query_parameters()},
      [tools](const Call& c) { return series(tools, c.request); });
  add({"GET", "/api/v1/sources", {}}, [tools](const Call&) { return sources(tools); });
  add({"GET", "/api/v1/alerts", {"limit"}}, [tools](const Call& c) { return alerts(tools, c.request); });
}

}  // namespace leadspool::admin

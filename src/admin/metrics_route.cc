#include "admin/metrics_route.h"

#include <memory>

#include "admin/answers.h"
#include "admin/destination_routes.h"
#include "admin/metrics.h"
#include "admin/running_totals.h"

namespace leadspool::admin {
namespace {

constexpr const char* kTextFormat = "text/plain; version=0.0.4; charset=utf-8";

MetricsView look(const RouteTools& tools, RunningTotals& totals) {
  const auto& service = tools.service;
  auto& overview = tools.doors.overview;
  MetricsView view;
  view.now = tools.clock.now();
  view.store = overview.status();
  view.totals = totals.read(view.now);
  view.destinations = look_at_destinations(tools, view.store.deliveries);
  if (service.sources) {
    for (const auto& each : service.sources()) view.sources.push_back(each.name);
  }
  view.last_received = overview.last_received();
  if (service.commits) view.commits = service.commits();
  if (service.certificate) view.certificate = service.certificate();
  if (service.backups) view.backups = service.backups();
  view.started_at = service.started_at;
  view.running = service.running;
  view.can_store = !service.store_trouble || !service.store_trouble();
  return view;
}

}  // namespace

void add_metrics_route(const AddRoute& add, const RouteTools& tools) {
  const auto totals = std::make_shared<RunningTotals>(tools.doors.overview);
  add({"GET", "/metrics", {}},
      [&tools, totals](const Call&) { return ok(kTextFormat, metrics_text(look(tools, *totals))); });
}

}  // namespace leadspool::admin

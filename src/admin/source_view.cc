#include "admin/source_view.h"

#include <algorithm>
#include <chrono>

#include <nlohmann/json.hpp>

#include "admin/json_parts.h"

namespace leadspool::admin {
namespace {

// Members keep the order in which they are set: a person reads it too.
using Json = nlohmann::ordered_json;

std::optional<Time> last_of(const std::string& source, const StoredSources& stored) {
  for (const auto& [name, at] : stored.last_received) {
    if (name == source) return at;
  }
  return std::nullopt;
}

bool is_silent(const SourceView& source, const StoredSources& stored, Time now) {
  if (source.status.silence_hours == 0) return false;
  if (source.last_received_at) {
    return now - *source.last_received_at >= std::chrono::hours{source.status.silence_hours};
  }
  const std::string name = "silence/" + source.status.name;
  return std::any_of(stored.alerts.begin(), stored.alerts.end(),
                     [&](const auto& alert) { return alert.name == name; });
}

SourceView view_of(SourceStatus status, bool configured, const StoredSources& stored, Time now) {
  SourceView view;
  view.status = std::move(status);
  view.configured = configured;
  view.last_received_at = last_of(view.status.name, stored);
  view.silent = is_silent(view, stored, now);
  for (const auto& each : stored.received) {
    if (each.label == view.status.name) view.received_24h += each.count;
  }
  return view;
}

Json source_json(const SourceView& view) {
  const auto& status = view.status;
  return Json{{"name", status.name},
              {"configured", view.configured},
              {"url", or_null<Json>(status.url)},
              {"keys", status.keys},
              {"last_received_at", or_null<Json>(view.last_received_at)},
              {"silence_hours", status.silence_hours},
              {"silent", view.silent},
              {"received_24h", view.received_24h},
              {"test_leads", or_null<Json>(status.test_leads)},
              {"do_not_contact", or_null<Json>(status.do_not_contact)}};
}

}  // namespace

std::vector<SourceView> put_together(const std::vector<SourceStatus>& configured, const StoredSources& stored,
                                     Time now) {
  std::vector<SourceView> views;
  for (const auto& each : configured) views.push_back(view_of(each, true, stored, now));
  for (const auto& [name, at] : stored.last_received) {
    const bool is_configured = std::any_of(configured.begin(), configured.end(),
                                           [&](const auto& each) { return each.name == name; });
    if (is_configured) continue;
    SourceStatus stranger;
    stranger.name = name;
    views.push_back(view_of(std::move(stranger), false, stored, now));
  }
  return views;
}

std::string sources_json(const std::vector<SourceView>& sources) {
  return to_text<Json>({{"sources", array_of<Json>(sources, source_json)}});
}

}  // namespace leadspool::admin

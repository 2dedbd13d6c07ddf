#include "admin/status_view.h"

#include <algorithm>
#include <chrono>

#include <nlohmann/json.hpp>

#include "admin/json_parts.h"
#include "admin/last_day.h"
#include "lead/lead.h"

namespace leadspool::admin {
namespace {

// Members keep the order in which they are set: a person reads it too.
using Json = nlohmann::ordered_json;

Json disposition_counts_json(const std::vector<outbox::LeadCount>& counts) {
  Json json;
  for (const Disposition disposition : kDispositions) json[std::string(to_string(disposition))] = 0;
  for (const auto& count : counts) {
    auto& sum = json[std::string(to_string(count.disposition))];
    sum = sum.get<std::int64_t>() + count.count;
  }
  return json;
}

// Counts of every state, those that are 0 too, so that a reader need not guess.
Json state_counts_json(const std::vector<outbox::StateCount>& counts) {
  Json json;
  for (const State state : kStates) json[std::string(to_string(state))] = 0;
  for (const auto& count : counts) {
    auto& sum = json[std::string(to_string(count.state))];
    sum = sum.get<std::int64_t>() + count.count;
  }
  return json;
}

// Whole seconds since then.
Json age_json(const std::optional<Time>& since, Time now) {
  if (!since) return nullptr;
  // The clock may have been set back since.
  return std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(now - *since).count());
}

Json pause_json(const std::optional<Pause>& pause) {
  if (!pause) return nullptr;
  return Json{{"at", to_rfc3339(pause->at)}, {"by", pause->by}, {"reason", pause->reason}};
}

// Milliseconds: the upper end of the class in which that share has arrived.
Json within_json(const outbox::Waits& waits, double share) {
  const auto within = waits.within(share);
  return within ? Json(within->count()) : Json(nullptr);
}

Json waits_json(const outbox::Waits& waits) {
  return Json{{"window_hours", kHoursOfLastDay},
              {"count", waits.total()},
              {"p50_ms", within_json(waits, 0.5)},
              {"p95_ms", within_json(waits, 0.95)},
              {"p99_ms", within_json(waits, 0.99)}};
}

Json store_json(const StatusView& view) {
  return Json{{"bytes", view.store.store_bytes},
              {"log_bytes", view.store.log_bytes},
              {"free_bytes", view.store.free_bytes ? Json(*view.store.free_bytes) : Json(nullptr)},
              {"trouble", or_null<Json>(view.store_trouble)}};
}

Json to_json(const DestinationView& view, Time now) {
  return Json{{"name", view.name},
              {"type", or_null<Json>(view.type)},
              {"configured", view.configured},
              {"health", view.health},
              {"reason", or_null<Json>(view.reason)},
              {"since", or_null<Json>(view.since)},
              {"next_probe", or_null<Json>(view.next_probe)},
              {"in_flight", view.in_flight},
              {"paused", pause_json(view.pause)},
              {"time_to_crm", waits_json(view.waits)},
              {"oldest_waiting_age_s", age_json(view.oldest_waiting_received_at, now)},
              {"deliveries", state_counts_json(view.deliveries)}};
}

Json to_json(const std::vector<DestinationView>& views, Time now) {
  return array_of<Json>(views, [&](const DestinationView& view) { return to_json(view, now); });
}

Json certificate_json(const StatusView& view) {
  if (!view.certificate) return nullptr;
  const auto& [file, valid_until, problem] = *view.certificate;
  // Whole days; those of one that has expired are negative.
  const auto days_left = std::chrono::floor<std::chrono::days>(valid_until - view.now);
  return Json{{"file", file},
              {"valid_until", to_rfc3339(valid_until)},
              {"days_left", days_left.count()},
              {"problem", or_null<Json>(problem)}};
}

Json config_json(const std::optional<ConfigStatus>& config) {
  if (!config) return nullptr;
  return Json{{"file", config->file},
              {"loaded_at", to_rfc3339(config->loaded_at)},
              {"errors", config->errors},
              {"restart_needed", config->restart_needed}};
}

// Null where no copies are made.
Json backup_json(const StatusView& view) {
  if (!view.backups || view.backups->folder.empty()) return nullptr;
  const auto& backups = *view.backups;
  const auto last = backups.newest ? std::optional(backups.newest->made_at) : std::nullopt;
  return Json{{"folder", backups.folder},
              {"every_hours", backups.every_hours},
              {"last_at", or_null<Json>(last)},
              {"age_s", age_json(last, view.now)},
              {"next_at", or_null<Json>(backups.next_at)},
              {"problem", or_null<Json>(backups.problem)}};
}

}  // namespace

std::string status_json(const StatusView& view) {
  return to_text<Json>(
      {{"version", LEADSPOOL_VERSION},
       {"running", view.running},
       {"time", to_rfc3339(view.now)},
       {"leads", view.store.leads},
       {"unrouted", view.store.unrouted},
       {"dispositions", disposition_counts_json(view.store.dispositions)},
       {"deliveries", state_counts_json(view.store.deliveries)},
       {"oldest_undelivered_age_s", age_json(view.store.oldest_undelivered_received_at, view.now)},
       {"last_received_at", or_null<Json>(view.store.last_received_at)},
       {"store", store_json(view)},
       {"time_to_crm", waits_json(view.waits)},
       {"not_searchable", view.store.not_searchable},
       {"purging", view.store.purging},
       {"certificate", certificate_json(view)},
       {"config", config_json(view.config)},
       {"backup", backup_json(view)},
       {"destinations", to_json(view.destinations, view.now)}});
}

std::string destinations_json(const std::vector<DestinationView>& views, Time now) {
  return to_text<Json>({{"destinations", to_json(views, now)}});
}

std::string destination_json(const DestinationView& view, Time now) { return to_text(to_json(view, now)); }

}  // namespace leadspool::admin

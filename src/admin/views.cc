#include "admin/views.h"

#include <algorithm>
#include <chrono>

#include <nlohmann/json.hpp>

#include "admin/lead_query.h"
#include "base/digest.h"
#include "lead/attempt.h"
#include "lead/lead.h"
#include "lead/test_mark.h"

namespace leadspool::admin {
namespace {

// Members keep the order in which they are set: a person reads it too.
using Json = nlohmann::ordered_json;

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }
Json or_null(const std::optional<Time>& time) { return time ? Json(to_rfc3339(*time)) : Json(nullptr); }
Json or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }

std::string to_text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json attempt_json(const Attempt& attempt) {
  return Json{{"number", attempt.number},
              {"started_at", to_rfc3339(attempt.started_at)},
              {"duration_ms", attempt.duration.count()},
              {"outcome", to_string(attempt.outcome)},
              {"counted", attempt.counted},
              {"http_status", attempt.http_status == 0 ? Json(nullptr) : Json(attempt.http_status)},
              {"detail", attempt.detail},
              {"answer_excerpt", attempt.answer_excerpt}};
}

Json delivery_json(const outbox::DeliveryView& delivery) {
  return Json{{"destination", delivery.destination},
              {"state", to_string(delivery.state)},
              {"state_since", to_rfc3339(delivery.state_since)},
              {"attempt_count", delivery.attempt_count},
              {"next_attempt_at", or_null(delivery.next_attempt_at)},
              {"delivered_at", or_null(delivery.delivered_at())},
              {"remote_id", or_null(delivery.remote_id)},
              {"cause", or_null(delivery.cause)},
              {"held_reason", or_null(delivery.held_reason)}};
}

Json lead_json(const outbox::LeadView& view) {
  const Lead& lead = view.lead;
  Json json{{"id", to_string(lead.id)},
            {"received_at", to_rfc3339(lead.received_at)},
            {"source", lead.source},
            {"disposition", to_string(lead.disposition)},
            {"duplicate_of", lead.duplicate_of ? Json(to_string(*lead.duplicate_of)) : Json(nullptr)},
            {"unrouted", view.unrouted}};
  for (const auto& field : kLeadFields) json[std::string(field.name)] = lead.fields.*field.member;
  return json;
}

Json audit_json(const outbox::AuditView& audit) {
  return Json{{"at", to_rfc3339(audit.at)},
              {"actor", audit.actor},
              {"action", audit.action},
              {"destination", or_null(audit.destination)},
              {"reason", audit.reason}};
}

Json revision_json(const outbox::RevisionView& revision) {
  return Json{{"number", revision.number},
              {"at", to_rfc3339(revision.at)},
              {"actor", revision.actor},
              {"reason", revision.reason},
              {"changes", Json::parse(revision.changes_json)},
              {"has_payload", revision.has_payload},
              {"disposition_before", to_string(revision.disposition_before)},
              {"disposition_reason_before", or_null(revision.disposition_reason_before)}};
}

template <typename Rows, typename ToJson>
Json array_of(const Rows& rows, ToJson to_json) {
  Json array = Json::array();
  for (const auto& row : rows) array.push_back(to_json(row));
  return array;
}

Json disposition_counts_json(const std::vector<outbox::DispositionCount>& counts) {
  Json json;
  for (const Disposition disposition : kDispositions) json[std::string(to_string(disposition))] = 0;
  for (const auto& count : counts) json[std::string(to_string(count.disposition))] = count.count;
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

Json to_json(const DestinationView& view, Time now) {
  return Json{{"name", view.name},
              {"type", or_null(view.type)},
              {"configured", view.configured},
              {"health", view.health},
              {"reason", or_null(view.reason)},
              {"since", or_null(view.since)},
              {"next_probe", or_null(view.next_probe)},
              {"in_flight", view.in_flight},
              {"paused", pause_json(view.pause)},
              {"oldest_waiting_age_s", age_json(view.oldest_waiting_received_at, now)},
              {"deliveries", state_counts_json(view.deliveries)}};
}

Json to_json(const std::vector<DestinationView>& views, Time now) {
  return array_of(views, [&](const DestinationView& view) { return to_json(view, now); });
}

// Only what was given.
Json filter_json(const outbox::RedriveFilter& filter) {
  Json json = Json::object();
  if (filter.destination) json["destination"] = *filter.destination;
  if (filter.cause) json["cause"] = *filter.cause;
  if (filter.source) json["source"] = *filter.source;
  if (filter.disposition) json["disposition"] = to_string(*filter.disposition);
  if (filter.from) json["from"] = to_rfc3339(*filter.from);
  if (filter.to) json["to"] = to_rfc3339(*filter.to);
  if (filter.with_missing) json["with_missing"] = true;
  return json;
}

Json to_json(const outbox::RedriveCount& count) {
  return Json{{"total", count.dead + count.missing}, {"dead", count.dead}, {"missing", count.missing}};
}

Json to_json(const outbox::RedriveView& redrive) {
  const auto& order = redrive.order;
  return Json{
      {"id", to_string(redrive.id)},
      {"at", to_rfc3339(redrive.at)},
      {"by", redrive.actor},
      {"reason", or_null(redrive.reason)},
      {"filter", filter_json(order.filter)},
      {"canary", order.canary},
      {"rate_per_second", order.rate_per_second ? Json(*order.rate_per_second) : Json(nullptr)},
      {"stop_after_failures", order.stop_after_failures ? Json(*order.stop_after_failures) : Json(nullptr)},
      {"state", to_string(redrive.state)},
      {"ended_at", or_null(redrive.ended_at)},
      {"ended_why", or_null(redrive.ended_why)},
      {"total", redrive.total},
      {"redriven", redrive.redriven},
      {"delivered", redrive.delivered},
      {"failed", redrive.failed},
      {"waiting", redrive.waiting},
      {"discarded", redrive.discarded}};
}

Json certificate_json(const StatusView& view) {
  if (!view.certificate) return nullptr;
  const auto& [file, valid_until, problem] = *view.certificate;
  // Whole days; those of one that has expired are negative.
  const auto days_left = std::chrono::floor<std::chrono::days>(valid_until - view.now);
  return Json{{"file", file},
              {"valid_until", to_rfc3339(valid_until)},
              {"days_left", days_left.count()},
              {"problem", or_null(problem)}};
}

Json config_json(const std::optional<ConfigStatus>& config) {
  if (!config) return nullptr;
  return Json{{"file", config->file},
              {"loaded_at", to_rfc3339(config->loaded_at)},
              {"errors", config->errors},
              {"restart_needed", config->restart_needed}};
}

}  // namespace

std::string lead_page_json(const outbox::LeadPage& page) {
  const auto listed = [](const outbox::LeadView& view) {
    Json json = lead_json(view);
    json["deliveries"] = array_of(view.deliveries, delivery_json);
    return json;
  };
  return to_text({{"leads", array_of(page.leads, listed)},
                  {"next_cursor", page.next_before ? Json(make_cursor(*page.next_before)) : Json(nullptr)}});
}

std::string lead_detail_json(const outbox::LeadDetail& detail, const std::vector<std::string>& warnings) {
  Json json = lead_json(detail.view);
  json["disposition_reason"] = or_null(detail.view.lead.disposition_reason);
  json["duplicate_count"] = detail.duplicate_count;
  json["test_sent_at"] = or_null(test_sent_at(detail.view.lead.fields));
  json["remote_address"] = detail.remote_address;
  json["headers"] = Json::parse(detail.headers_json);
  json["payload"] = {{"bytes", detail.payload_bytes}, {"sha256", to_hex(detail.payload_sha256)}};
  json["deliveries"] = array_of(detail.view.deliveries, [](const outbox::DeliveryView& delivery) {
    Json shown = delivery_json(delivery);
    shown["attempts"] = array_of(delivery.attempts, attempt_json);
    return shown;
  });
  json["revisions"] = array_of(detail.revisions, revision_json);
  json["audit"] = array_of(detail.audit, audit_json);
  if (!warnings.empty()) json["warnings"] = warnings;
  return to_text(json);
}

std::string dead_letters_json(const std::vector<outbox::DeadGroup>& groups) {
  const auto group_json = [](const outbox::DeadGroup& group) {
    return Json{{"cause", group.cause},           {"destination", group.destination},
                {"count", group.count},           {"first", to_rfc3339(group.first)},
                {"last", to_rfc3339(group.last)}, {"sample", to_string(group.sample)}};
  };
  return to_text({{"groups", array_of(groups, group_json)}});
}

std::string status_json(const StatusView& view) {
  return to_text({{"version", LEADSPOOL_VERSION},
                  {"running", view.running},
                  {"time", to_rfc3339(view.now)},
                  {"leads", view.store.leads},
                  {"unrouted", view.store.unrouted},
                  {"dispositions", disposition_counts_json(view.store.dispositions)},
                  {"deliveries", state_counts_json(view.store.deliveries)},
                  {"oldest_undelivered_age_s", age_json(view.store.oldest_undelivered_received_at, view.now)},
                  {"last_received_at", or_null(view.store.last_received_at)},
                  {"store", {{"bytes", view.store.store_bytes}, {"trouble", or_null(view.store_trouble)}}},
                  {"certificate", certificate_json(view)},
                  {"config", config_json(view.config)},
                  {"destinations", to_json(view.destinations, view.now)}});
}

std::string destinations_json(const std::vector<DestinationView>& views, Time now) {
  return to_text({{"destinations", to_json(views, now)}});
}

std::string destination_json(const DestinationView& view, Time now) { return to_text(to_json(view, now)); }

std::string redrive_json(const outbox::RedriveView& redrive, bool service_running) {
  Json json = to_json(redrive);
  if (redrive.counted) json.update(to_json(*redrive.counted));
  json["service_running"] = service_running;
  return to_text(json);
}

std::string redrives_json(const std::vector<outbox::RedriveView>& redrives) {
  return to_text({{"redrives", array_of(redrives, [](const auto& each) { return to_json(each); })}});
}

std::string redrive_count_json(const outbox::RedriveCount& count) {
  Json json{{"dry_run", true}};
  json.update(to_json(count));
  return to_text(json);
}

std::string corrected_json(const Uuid& lead, const outbox::Corrected& corrected, State state) {
  return to_text(
      {{"id", to_string(lead)}, {"destinations", corrected.destinations}, {"state", to_string(state)}});
}

std::string changes_json(const LeadFields& before, const LeadFields& after) {
  Json changes = Json::object();
  for (const auto& field : kLeadFields) {
    const std::string& from = before.*field.member;
    const std::string& to = after.*field.member;
    if (from != to) changes[std::string(field.name)] = {{"from", from}, {"to", to}};
  }
  return to_text(changes);
}

std::string reloaded_json(const ReloadReport& report) {
  return to_text(
      {{"status", "reloaded"}, {"warnings", report.warnings}, {"restart_needed", report.restart_needed}});
}

http::Response refused_reload(const ReloadReport& report) {
  std::string message = "The configuration has mistakes, and the one in force stays";
  if (!report.errors.empty()) message += "; the first: " + report.errors.front();
  auto response = http::to_response({.status = 422, .code = "bad_config", .message = std::move(message)});
  auto json = Json::parse(response.body);
  json["errors"] = report.errors;
  response.body = to_text(json);
  return response;
}

bool is_json(std::string_view bytes) { return Json::accept(bytes); }

}  // namespace leadspool::admin

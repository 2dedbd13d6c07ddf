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

Json lead_json(const Lead& lead) {
  Json json{{"id", to_string(lead.id)},
            {"received_at", to_rfc3339(lead.received_at)},
            {"source", lead.source},
            {"disposition", to_string(lead.disposition)},
            {"duplicate_of", lead.duplicate_of ? Json(to_string(*lead.duplicate_of)) : Json(nullptr)}};
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
Json state_counts_json(const std::vector<outbox::StateCount>& counts, const std::string* destination) {
  Json json;
  for (const State state : kStates) {
    std::int64_t sum = 0;
    for (const auto& count : counts) {
      if (count.state == state && (!destination || count.destination == *destination)) sum += count.count;
    }
    json[std::string(to_string(state))] = sum;
  }
  return json;
}

// Configured destinations, then strangers: those that only stored deliveries name.
Json destination_list_json(const StatusView& view) {
  std::vector<DestinationStatus> all = view.destinations;
  for (const auto& count : view.store.deliveries) {
    const auto same_name = [&](const DestinationStatus& each) { return each.name == count.destination; };
    if (std::none_of(all.begin(), all.end(), same_name)) {
      all.push_back({count.destination, "", "unknown", "not in the configuration", std::nullopt, 0});
    }
  }
  return array_of(all, [&](const DestinationStatus& each) {
    return Json{{"name", each.name},
                {"type", or_null(each.type)},
                {"health", each.health},
                {"reason", or_null(each.reason)},
                {"next_probe", or_null(each.next_probe)},
                {"in_flight", each.in_flight},
                {"deliveries", state_counts_json(view.store.deliveries, &each.name)}};
  });
}

Json oldest_age_json(const StatusView& view) {
  if (!view.store.oldest_undelivered_received_at) return nullptr;
  const Milliseconds age = view.now - *view.store.oldest_undelivered_received_at;
  // The clock may have been set back since.
  return std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(age).count());
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
    Json json = lead_json(view.lead);
    json["deliveries"] = array_of(view.deliveries, delivery_json);
    return json;
  };
  return to_text({{"leads", array_of(page.leads, listed)},
                  {"next_cursor", page.next_before ? Json(make_cursor(*page.next_before)) : Json(nullptr)}});
}

std::string lead_detail_json(const outbox::LeadDetail& detail, const std::vector<std::string>& warnings) {
  Json json = lead_json(detail.view.lead);
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
                  {"dispositions", disposition_counts_json(view.store.dispositions)},
                  {"deliveries", state_counts_json(view.store.deliveries, nullptr)},
                  {"oldest_undelivered_age_s", oldest_age_json(view)},
                  {"last_received_at", or_null(view.store.last_received_at)},
                  {"store", {{"bytes", view.store.store_bytes}, {"trouble", or_null(view.store_trouble)}}},
                  {"certificate", certificate_json(view)},
                  {"config", config_json(view.config)},
                  {"destinations", destination_list_json(view)}});
}

std::string destinations_json(const StatusView& view) {
  return to_text({{"destinations", destination_list_json(view)}});
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

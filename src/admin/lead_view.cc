#include "admin/lead_view.h"

#include <nlohmann/json.hpp>

#include "admin/json_parts.h"
#include "admin/lead_query.h"
#include "base/digest.h"
#include "base/utf8.h"
#include "lead/attempt.h"
#include "lead/lead.h"
#include "lead/test_mark.h"

namespace leadspool::admin {
namespace {

// Members keep the order in which they are set: a person reads it too.
using Json = nlohmann::ordered_json;

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
              {"next_attempt_at", or_null<Json>(delivery.next_attempt_at)},
              {"delivered_at", or_null<Json>(delivery.delivered_at())},
              {"remote_id", or_null<Json>(delivery.remote_id)},
              {"cause", or_null<Json>(delivery.cause)},
              {"held_reason", or_null<Json>(delivery.held_reason)}};
}

Json lead_json(const outbox::LeadView& view) {
  const Lead& lead = view.lead;
  Json json{{"id", to_string(lead.id)},
            {"received_at", to_rfc3339(lead.received_at)},
            {"source", lead.source},
            {"disposition", to_string(lead.disposition)},
            {"duplicate_of", lead.duplicate_of ? Json(to_string(*lead.duplicate_of)) : Json(nullptr)},
            {"unrouted", view.unrouted},
            {"erased_at", or_null<Json>(view.erased_at)}};
  for (const auto& field : kLeadFields) json[std::string(field.name)] = lead.fields.*field.member;
  return json;
}

Json audit_json(const outbox::AuditView& audit) {
  return Json{{"at", to_rfc3339(audit.at)},
              {"actor", audit.actor},
              {"action", audit.action},
              {"destination", or_null<Json>(audit.destination)},
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
              {"disposition_reason_before", or_null<Json>(revision.disposition_reason_before)}};
}

Json listed_json(const outbox::LeadView& view) {
  Json json = lead_json(view);
  json["deliveries"] = array_of<Json>(view.deliveries, delivery_json);
  return json;
}

Json detail_json(const outbox::LeadDetail& detail, bool masked) {
  Json json = lead_json(detail.view);
  json["masked"] = masked;
  json["disposition_reason"] = or_null<Json>(detail.view.lead.disposition_reason);
  json["duplicate_count"] = detail.duplicate_count;
  json["test_sent_at"] = or_null<Json>(test_sent_at(detail.view.lead.fields));
  json["remote_address"] = detail.remote_address;
  json["headers"] = Json::parse(detail.headers_json);
  json["payload"] = {{"bytes", detail.payload_bytes}, {"sha256", to_hex(detail.payload_sha256)}};
  json["deliveries"] = array_of<Json>(detail.view.deliveries, [](const outbox::DeliveryView& delivery) {
    Json shown = delivery_json(delivery);
    shown["attempts"] = array_of<Json>(delivery.attempts, attempt_json);
    return shown;
  });
  json["revisions"] = array_of<Json>(detail.revisions, revision_json);
  json["audit"] = array_of<Json>(detail.audit, audit_json);
  return json;
}

}  // namespace

std::string lead_page_json(const outbox::LeadPage& page) {
  return to_text<Json>(
      {{"leads", array_of<Json>(page.leads, listed_json)},
       {"next_cursor", page.next_before ? Json(make_cursor(*page.next_before)) : Json(nullptr)}});
}

std::string listed_lead_json(const outbox::LeadView& view) { return to_text(listed_json(view)); }

std::string lead_detail_json(const outbox::LeadDetail& detail, const LeadRemarks& remarks) {
  Json json = detail_json(detail, remarks.masked);
  if (!remarks.warnings.empty()) json["warnings"] = remarks.warnings;
  return to_text(json);
}

std::string person_json(const std::string& email, Time now, const std::vector<PersonalLead>& leads) {
  const auto personal_json = [](const PersonalLead& lead) {
    Json json = detail_json(lead.detail, false);
    if (find_invalid_utf8(lead.payload)) {
      json["payload_base64"] =
          to_base64({reinterpret_cast<const std::uint8_t*>(lead.payload.data()), lead.payload.size()});
    } else {
      json["payload_text"] = lead.payload;
    }
    return json;
  };
  return to_text<Json>(
      {{"email", email}, {"exported_at", to_rfc3339(now)}, {"leads", array_of<Json>(leads, personal_json)}});
}

std::string corrected_json(const Uuid& lead, const outbox::Corrected& corrected, State state) {
  return to_text<Json>(
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

bool is_json(std::string_view bytes) { return Json::accept(bytes); }

}  // namespace leadspool::admin

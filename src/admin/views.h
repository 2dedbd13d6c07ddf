// The outbox's views as the JSON of the admin API. Its names are a contract: a lead's are those of
// kLeadFields, and a lead that was listed reads the same when it is shown, with more members.
//
// Absent times, ids and causes are null; absent texts of a lead are "". Times are RFC 3339 UTC, text that is
// not UTF-8 (a CRM's answer may not be) has U+FFFD in its place.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/destination_view.h"
#include "admin/service_view.h"
#include "base/time.h"
#include "base/uuid.h"
#include "http/message.h"
#include "lead/delivery.h"
#include "outbox/corrections.h"
#include "outbox/reader.h"
#include "outbox/redrives.h"

namespace leadspool::admin {

// {"leads":[...],"next_cursor":...}; deliveries come without their attempts.
[[nodiscard]] std::string lead_page_json(const outbox::LeadPage& page);

// With "warnings": [...] where there are any.
[[nodiscard]] std::string lead_detail_json(const outbox::LeadDetail& detail,
                                           const std::vector<std::string>& warnings = {});

// {"groups":[...]}
[[nodiscard]] std::string dead_letters_json(const std::vector<outbox::DeadGroup>& groups);

struct StatusView {
  outbox::StoreStatus store;
  std::optional<std::string> store_trouble;
  std::vector<DestinationView> destinations;
  std::optional<CertificateStatus> certificate;
  std::optional<ConfigStatus> config;
  bool running = false;
  Time now;
};

[[nodiscard]] std::string status_json(const StatusView& view);

// {"destinations":[...]}
[[nodiscard]] std::string destinations_json(const std::vector<DestinationView>& views, Time now);

// One of them.
[[nodiscard]] std::string destination_json(const DestinationView& view, Time now);

// With "service_running", as nobody carries a redrive out while no service runs; the answer to its order also
// with "dead" and "missing", the parts of "total".
[[nodiscard]] std::string redrive_json(const outbox::RedriveView& redrive, bool service_running);

// {"redrives":[...]}
[[nodiscard]] std::string redrives_json(const std::vector<outbox::RedriveView>& redrives);

// What a redrive would take: {"dry_run":true,"total","dead","missing"}.
[[nodiscard]] std::string redrive_count_json(const outbox::RedriveCount& count);

// What a correction changed: {"id","destinations","state"}; no destinations where a lead was given up that
// none wanted.
[[nodiscard]] std::string corrected_json(const Uuid& lead, const outbox::Corrected& corrected, State state);

// The fields that differ: an object of field to {"from","to"}.
[[nodiscard]] std::string changes_json(const LeadFields& before, const LeadFields& after);

// {"status":"reloaded","warnings":[...],"restart_needed":[...]}
[[nodiscard]] std::string reloaded_json(const ReloadReport& report);

// An error answer with all of the report's errors beside it: {"error":{...},"errors":[...]}.
[[nodiscard]] http::Response refused_reload(const ReloadReport& report);

// Whether bytes that came from outside are JSON text.
[[nodiscard]] bool is_json(std::string_view bytes);

}  // namespace leadspool::admin

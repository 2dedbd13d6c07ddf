// Leads as the JSON of the admin API. Its names are a contract: a lead's are those of kLeadFields, and a lead
// that was listed reads the same when it is shown, with more members (json_parts.h has the habits).
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "lead/delivery.h"
#include "outbox/corrections.h"
#include "outbox/reader.h"

namespace leadspool::admin {

// {"leads":[...],"next_cursor":...}; deliveries come without their attempts.
[[nodiscard]] std::string lead_page_json(const outbox::LeadPage& page);

// One lead as it stands in a page.
[[nodiscard]] std::string listed_lead_json(const outbox::LeadView& view);

struct LeadRemarks {
  bool masked = false;                // its personal data was masked
  std::vector<std::string> warnings;  // shown where there are any
};

[[nodiscard]] std::string lead_detail_json(const outbox::LeadDetail& detail, const LeadRemarks& remarks = {});

struct PersonalLead {
  outbox::LeadDetail detail;
  std::string payload;  // as received
};

// Everything that is stored of one person: {"email","exported_at","leads":[...]}, each lead with its
// "payload_text", or with "payload_base64" if the body is not UTF-8.
[[nodiscard]] std::string person_json(const std::string& email, Time now,
                                      const std::vector<PersonalLead>& leads);

// What a correction changed: {"id","destinations","state"}; no destinations where a lead was given up that
// none wanted.
[[nodiscard]] std::string corrected_json(const Uuid& lead, const outbox::Corrected& corrected, State state);

// The fields that differ: an object of field to {"from","to"}.
[[nodiscard]] std::string changes_json(const LeadFields& before, const LeadFields& after);

// Whether bytes that came from outside are JSON text.
[[nodiscard]] bool is_json(std::string_view bytes);

}  // namespace leadspool::admin

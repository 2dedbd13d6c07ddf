#include "lead/lead.h"

#include "base/text.h"

namespace leadspool {

std::string_view to_string(Disposition disposition) {
  switch (disposition) {
    case Disposition::deliver:
      return "deliver";
    case Disposition::test:
      return "test";
    case Disposition::do_not_contact:
      return "do_not_contact";
    case Disposition::duplicate:
      return "duplicate";
    case Disposition::probe:
      return "probe";
    case Disposition::quarantined:
      return "quarantined";
  }
  return "";
}

std::optional<Disposition> parse_disposition(std::string_view text) {
  for (const Disposition disposition : kDispositions) {
    if (to_string(disposition) == text) return disposition;
  }
  return std::nullopt;
}

const LeadField* find_lead_field(std::string_view name) {
  for (const auto& field : kLeadFields) {
    if (equal_in_any_case(name, field.name)) return &field;
    if (!field.payload_name.empty() && equal_in_any_case(name, field.payload_name)) return &field;
  }
  return nullptr;
}

}  // namespace leadspool

#include "lead/lead.h"

#include <utility>

#include "base/text.h"

namespace leadspool {
namespace {

constexpr std::array<std::pair<Disposition, std::string_view>, 6> kDispositions{{
    {Disposition::deliver, "deliver"},
    {Disposition::test, "test"},
    {Disposition::do_not_contact, "do_not_contact"},
    {Disposition::duplicate, "duplicate"},
    {Disposition::probe, "probe"},
    {Disposition::quarantined, "quarantined"},
}};

}  // namespace

std::string_view to_string(Disposition disposition) {
  for (const auto& [value, name] : kDispositions) {
    if (value == disposition) return name;
  }
  return "";
}

std::optional<Disposition> parse_disposition(std::string_view text) {
  for (const auto& [value, name] : kDispositions) {
    if (name == text) return value;
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

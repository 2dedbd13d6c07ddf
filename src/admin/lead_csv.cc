#include "admin/lead_csv.h"

#include <string_view>

#include "base/time.h"
#include "base/uuid.h"
#include "lead/delivery.h"
#include "lead/lead.h"

namespace leadspool::admin {
namespace {

constexpr std::string_view kBeginningsOfFormulas = "=+-@\t\r";
constexpr std::string_view kNeedQuotes = ",\"\r\n";

std::string cell(std::string_view text) {
  std::string plain;
  if (!text.empty() && kBeginningsOfFormulas.find(text.front()) != std::string_view::npos) plain += '\'';
  plain += text;
  if (plain.find_first_of(kNeedQuotes) == std::string::npos) return plain;
  std::string quoted = "\"";
  for (const char c : plain) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string states_of(const std::vector<outbox::DeliveryView>& deliveries) {
  std::string text;
  for (const auto& each : deliveries) {
    text += (text.empty() ? "" : "; ") + each.destination + "=" + std::string(to_string(each.state));
  }
  return text;
}

}  // namespace

std::string csv_header() {
  std::string row = "id,received_at,source,disposition,";
  for (const auto& field : kLeadFields) row += std::string(field.name) + ",";
  return row + "deliveries,erased_at\r\n";
}

std::string csv_row(const outbox::LeadView& view) {
  const Lead& lead = view.lead;
  std::string row = to_string(lead.id) + "," + to_rfc3339(lead.received_at) + "," + cell(lead.source) + "," +
                    std::string(to_string(lead.disposition)) + ",";
  for (const auto& field : kLeadFields) row += cell(lead.fields.*field.member) + ",";
  row += cell(states_of(view.deliveries)) + ",";
  if (view.erased_at) row += to_rfc3339(*view.erased_at);
  return row + "\r\n";
}

}  // namespace leadspool::admin

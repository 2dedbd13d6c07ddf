// A request as it was drafted for a lead: attempt() sends it, preview() shows it.
//
// Thread-safety: a value and a pure function.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "connector/connector.h"
#include "http/client.h"
#include "lead/attempt.h"

namespace leadspool::connector {

struct Draft {
  http::ClientRequest request;  // not authorised yet
  std::vector<Cut> cuts;
  std::optional<AttemptOutcome> rejection;  // the lead is not sent, and this is why
};

// `masked` are the headers that authorise it, as a person may see them.
[[nodiscard]] RequestPreview preview_of(Draft draft, const std::vector<http::Header>& masked);

// For a CRM's long text: what the marketplace tells beside the person.
inline constexpr std::string_view kLeadStory =
    "{{ description }}\n\nLead source: {{ lead_source }}\nAction: {{ action_code }}\nOffer: {{ offer_title "
    "}}";

}  // namespace leadspool::connector

// A configured sender of leads, and which deliveries its leads get.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "lead/lead.h"
#include "lead/wanted_leads.h"
#include "outbox/new_delivery.h"
#include "receiver/lead_schema.h"

namespace leadspool::receiver {

// Whether leads of a kind go out at once or wait for a person.
enum class Rule { deliver, hold };

struct Source {
  std::string name;
  std::vector<Sha256> key_hashes;  // any of them opens
  Rule test_leads = Rule::deliver;
  Rule do_not_contact = Rule::hold;
  std::shared_ptr<const LeadSchema> schema;  // null: every readable lead will do
};

// A destination, and which leads go there.
struct Route {
  std::string destination;
  WantedLeads wanted;
};

// What is decided about a lead that `source` sent.
struct Decided {
  Disposition disposition;
  const std::string& reason;
  const LeadFields& fields;
};

// One to each destination that wants the lead; none for a probe or a quarantined lead. Held, for the
// disposition's reason, where the source's rules say so.
[[nodiscard]] std::vector<outbox::NewDelivery> new_deliveries(const Source& source,
                                                              const std::vector<Route>& routes,
                                                              const Decided& lead);

}  // namespace leadspool::receiver

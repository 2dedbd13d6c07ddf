// A configured sender of leads, and which deliveries its leads get.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "lead/lead.h"
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

// One to each of `destinations`; none for a probe or a quarantined lead. Held, for `reason`, where the
// source's rules say so.
[[nodiscard]] std::vector<outbox::NewDelivery> new_deliveries(const Source& source,
                                                              const std::vector<std::string>& destinations,
                                                              Disposition disposition,
                                                              const std::string& reason);

}  // namespace leadspool::receiver

// Which deliveries a correction of many takes, from the leads that match its filters: never another delivery
// of such a lead.
//
// Thread-safety: pure.
#pragma once

#include <string>
#include <vector>

namespace leadspool::app {

struct Target {
  std::string lead;
  std::string destination;  // empty: a lead that has no delivery
};

struct DeliveryFilter {
  std::string state;        // empty: leads without deliveries
  std::string destination;  // empty: any
  std::string cause;        // empty: any
};

// From one page of GET /api/v1/leads.
void add_targets(const std::string& page, const DeliveryFilter& filter, std::vector<Target>& targets);

}  // namespace leadspool::app

#include "receiver/source.h"

namespace leadspool::receiver {
namespace {

// Whether a lead of that disposition waits for a person.
bool is_held(const Source& source, Disposition disposition) {
  switch (disposition) {
    case Disposition::test:
      return source.test_leads == Rule::hold;
    case Disposition::do_not_contact:
      return source.do_not_contact == Rule::hold;
    case Disposition::duplicate:
      return true;
    case Disposition::deliver:
    case Disposition::probe:
    case Disposition::quarantined:
      return false;
  }
  return false;
}

}  // namespace

std::vector<outbox::NewDelivery> new_deliveries(const Source& source, const std::vector<Route>& routes,
                                                const Decided& lead) {
  if (lead.disposition == Disposition::probe || lead.disposition == Disposition::quarantined) return {};
  std::optional<std::string> held_reason;
  if (is_held(source, lead.disposition)) held_reason = lead.reason;
  std::vector<outbox::NewDelivery> made;
  made.reserve(routes.size());
  for (const Route& route : routes) {
    if (!route.wanted.wants(source.name, lead.disposition, lead.fields)) continue;
    made.push_back({route.destination, held_reason});
  }
  return made;
}

}  // namespace leadspool::receiver

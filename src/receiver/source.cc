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

std::vector<outbox::NewDelivery> new_deliveries(const Source& source,
                                                const std::vector<std::string>& destinations,
                                                Disposition disposition, const std::string& reason) {
  if (disposition == Disposition::probe || disposition == Disposition::quarantined) return {};
  std::optional<std::string> held_reason;
  if (is_held(source, disposition)) held_reason = reason;
  std::vector<outbox::NewDelivery> made;
  made.reserve(destinations.size());
  for (const std::string& destination : destinations) made.push_back({destination, held_reason});
  return made;
}

}  // namespace leadspool::receiver

// A delivery to be made, with its lead or by a correction.
#pragma once

#include <optional>
#include <string>

namespace leadspool::outbox {

struct NewDelivery {
  std::string destination;
  std::optional<std::string> held_reason;  // set: the delivery starts held
};

}  // namespace leadspool::outbox

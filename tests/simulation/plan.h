// What is to happen in a simulated run, and when: drawn from the seed before it begins.
//
// Thread-safety: values.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "simulation/destinations.h"
#include "simulation/dice.h"
#include "simulation/simulated_crm.h"

namespace leadspool::simulation {

enum class Act {
  leads,         // some come in
  trouble,       // of a destination, begins or ends
  crash,         // between two steps of the worker
  crash_midway,  // at a request or an answer to come
  restart,       // in an orderly way
  set_clock,
  store_fails,  // one commit of the worker does
  reload,
  pause,
  resume,
  redrive,
  discard,
  release,
  order_redrive,  // of many
  cancel_redrive,
};

struct Happening {
  SteadyTime at;
  Act act;
  std::string destination = {};  // of trouble, pause and resume
  Trouble trouble = {};
};

struct Plan {
  std::vector<Settings> settings;
  std::vector<Happening> happenings;  // in order
  SteadyTime end;                     // of all that is bad
};

// Begins at SteadyTime{0}.
[[nodiscard]] Plan draw_plan(Dice& dice);

}  // namespace leadspool::simulation

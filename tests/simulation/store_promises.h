// Holds a store against the ledger: whether everything is there, and came to what it should.
//
// Thread-safety: none. Nobody else may have the store open for writing.
#pragma once

#include <map>
#include <string>

#include "outbox/reader.h"
#include "simulation/ledger.h"
#include "simulation/simulated_crm.h"
#include "simulation/trace.h"

namespace leadspool::simulation {

// After a restart: every lead is there once, no delivery has gone back. Takes note of where each stands now.
void check_restart(outbox::Reader& reader, Ledger& ledger, Trace& trace);

// At the end of a run, when nothing is left to do; `restarts`: how often the process ended before.
void check_end(const std::string& path, Ledger& ledger, const std::map<std::string, SimulatedCrm>& crms,
               int restarts, Trace& trace);

}  // namespace leadspool::simulation

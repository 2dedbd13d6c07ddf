// A simulated run: some hours or days in the life of the outbox and its worker, decided by a seed.
//
// Everything is the real thing but time, chance and the network: the store is SQLite, with all its doors, the
// worker is driven step by step. There are no threads, and the wall clock is never looked at, so a seed
// always comes to the same end. README.md tells what is played and what is demanded.
//
// Thread-safety: none; one run at a time in a process (faulty_disk.h).
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "simulation/store_files.h"
#include "simulation/trace.h"

namespace leadspool::simulation {

struct Ending {
  std::optional<Broken> broken;  // absent: all was as promised
  std::deque<std::string> last_steps;
  std::uint64_t trace_hash = 0;
  int steps = 0;
  int requests = 0;
};

// `aloud`: every step goes to standard output.
[[nodiscard]] Ending simulate(std::uint64_t seed, StoreFiles& files, bool aloud = false);

// What a person is told of a seed that failed.
[[nodiscard]] std::string describe(std::uint64_t seed, const Ending& ending);

}  // namespace leadspool::simulation

// The outbox and its worker through many bad days: every seed is another one, and always the same.
//
// LEADSPOOL_SIMULATION_SEEDS in the environment: how many (default 200). scripts/simulate plays more.
#include "simulation/simulation.h"

#include <cstdlib>
#include <string>

#include "simulation/faulty_disk.h"
#include "support/catch.h"

namespace leadspool {

using simulation::describe;
using simulation::simulate;
using simulation::StoreFiles;

TEST_CASE("whatever happens, every lead comes to its end once, and no promise is broken on the way") {
  simulation::FaultyDisk::install();
  const char* const wanted = std::getenv("LEADSPOOL_SIMULATION_SEEDS");
  const auto seeds = wanted == nullptr ? 200 : std::strtoull(wanted, nullptr, 10);
  StoreFiles files;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto ending = simulate(seed, files);
    INFO(describe(seed, ending));
    REQUIRE(!ending.broken);
  }
}

TEST_CASE("a seed comes to the same end, by the same steps, each time it is played") {
  simulation::FaultyDisk::install();
  StoreFiles files;
  for (const std::uint64_t seed : {3u, 14u, 159u, 2653u}) {
    const auto first = simulate(seed, files);
    const auto second = simulate(seed, files);
    INFO(describe(seed, first));
    REQUIRE(first.steps > 20);
    REQUIRE(first.trace_hash == second.trace_hash);
    REQUIRE(first.trace_hash != simulate(seed + 1, files).trace_hash);
  }
}

}  // namespace leadspool

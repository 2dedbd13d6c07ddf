// What scripts/simulate runs: seeds, one after the other, until one breaks a promise.
//
//   simulate FROM COUNT [trace | all]
//     trace  shows every step
//     all    goes on after a seed that failed, and tells one line of each
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/log.h"
#include "simulation/faulty_disk.h"
#include "simulation/simulation.h"

int main(int argc, char** argv) {
  using namespace leadspool;
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  if (argc < 3) {
    std::fprintf(stderr, "usage: simulate FROM COUNT [trace | all]\n");
    return 2;
  }
  const auto from = std::strtoull(argv[1], nullptr, 10);
  const auto count = std::strtoull(argv[2], nullptr, 10);
  const bool aloud = argc > 3 && std::strcmp(argv[3], "trace") == 0;
  set_up_log(aloud ? LogLevel::debug : LogLevel::off, LogFormat::text);
  simulation::FaultyDisk::install();
  simulation::StoreFiles files;
  const bool goes_on = argc > 3 && std::strcmp(argv[3], "all") == 0;
  std::uint64_t requests = 0;
  int failed = 0;
  for (auto seed = from; seed < from + count; ++seed) {
    const auto ending = simulation::simulate(seed, files, aloud);
    requests += static_cast<std::uint64_t>(ending.requests);
    if (!ending.broken) continue;
    ++failed;
    const std::string text = simulation::describe(seed, ending);
    std::printf("%s\n", goes_on ? text.substr(0, text.find('\n')).c_str() : text.c_str());
    if (!goes_on) return 1;
  }
  std::printf("%llu seeds from %llu: %d failed; %llu requests\n", count, from, failed,
              static_cast<unsigned long long>(requests));
  return failed > 0 ? 1 : 0;
}

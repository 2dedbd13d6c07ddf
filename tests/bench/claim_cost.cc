// What a claim costs: takes COUNT claims of 64 deliveries each, one after the other, and prints the median of
// the microseconds of CPU that one took, the commit included. CPU, because a disk that others use waits as it
// likes.
//
// usage: claim_cost STORE COUNT
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "base/clock.h"
#include "outbox/claims.h"

namespace leadspool::bench {
namespace {

double cpu_us() {
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) * 1e6 + static_cast<double>(spent.tv_nsec) / 1e3;
}

int run(const std::string& store, int count) {
  constexpr int kAtOnce = 64;
  const SystemClock clock;
  SystemRandom random;
  outbox::Committer committer({.path = store, .own_thread = false});
  outbox::Claims claims(committer, random);
  std::vector<double> costs_us;
  for (int i = 0; i < count; ++i) {
    std::size_t claimed = 0;
    const auto began = cpu_us();
    claims.claim({.claim_id = claims.draw_claim_id(),
                  .destination = "crm",
                  .limit = kAtOnce,
                  .again_limit = kAtOnce / 2,
                  .now = clock.now(),
                  .lease_until = clock.now() + std::chrono::minutes{2}},
                 [&](const auto& result) {
                   if (const auto* got = std::get_if<outbox::Claimed>(&result)) claimed = got->claims.size();
                 });
    costs_us.push_back(cpu_us() - began);
    if (claimed != kAtOnce) {
      std::fprintf(stderr, "claim_cost: %zu were claimed\n", claimed);
      return 1;
    }
  }
  std::ranges::sort(costs_us);
  std::printf("%.1f\n", costs_us[costs_us.size() / 2]);
  return 0;
}

}  // namespace
}  // namespace leadspool::bench

int main(int argc, char** argv) {
  if (argc != 3 || std::atoi(argv[2]) < 1) {
    std::fputs("usage: claim_cost STORE COUNT\n", stderr);
    return 2;
  }
  return leadspool::bench::run(argv[1], std::atoi(argv[2]));
}

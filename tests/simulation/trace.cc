#include "simulation/trace.h"

#include <cstdio>

namespace leadspool::simulation {

void Trace::step(std::string_view text) {
  const auto passed = clock_.steady_now().time_since_epoch().count();
  char when[32];
  std::snprintf(when, sizeof when, "%10lld.%03lld  ", static_cast<long long>(passed / 1'000),
                static_cast<long long>(passed % 1'000));
  std::string line = when;
  line += text;
  // FNV-1a.
  for (const char c : line) hash_ = (hash_ ^ static_cast<std::uint8_t>(c)) * 0x100000001B3u;
  if (aloud_) std::printf("%s\n", line.c_str());
  ++steps_;
  last_.push_back(std::move(line));
  if (last_.size() > kKept) last_.pop_front();
}

void Trace::broken(std::string promise, std::string how) {
  step("BROKEN " + promise + ": " + how);
  if (!broken_) broken_ = Broken{std::move(promise), std::move(how)};
}

}  // namespace leadspool::simulation

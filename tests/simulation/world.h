// The world of a simulated run: clock, CRMs, network, store and the process that lives in it, one life after
// the other.
//
// Thread-safety: none.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "outbox/reader.h"
#include "simulation/ledger.h"
#include "simulation/life.h"
#include "simulation/network.h"
#include "simulation/plan.h"
#include "simulation/store_files.h"
#include "simulation/trace.h"
#include "simulation/watch.h"
#include "support/fake_clock.h"
#include "support/seeded_random.h"

namespace leadspool::simulation {

class World {
 public:
  World(std::uint64_t seed, const std::vector<Settings>& settings, StoreFiles& files, bool aloud);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Lets the worker do all it can without time passing; a crash that falls due is gone through.
  void settle();

  // How many lives there were.
  [[nodiscard]] int lives() const { return lives_; }

  // Time passes; not by more than `longest`, and no further than the next thing that is to happen.
  void pass(Milliseconds longest);

  // The process dies at this moment, and another one begins on what it left.
  void crash();
  // It will die at the `n`-th sending or answering from now on.
  void crash_midway(int n);
  void restart();
  void set_clock(Milliseconds jump);
  // One of the worker's next commits fails, or all of them for a while.
  void fail_store();
  void mend_store();

  // From now on these are configured.
  void configure(std::vector<Settings> settings);

  // Ends the last life, and looks whether all came to its end.
  void end();

  // For looking at the store, once nothing bad happens to it any more: until the next restart.
  [[nodiscard]] outbox::Reader& reader();
  [[nodiscard]] const std::string& path() const { return path_; }
  // The keys of leads of which a delivery is pending or claimed.
  [[nodiscard]] std::vector<std::string> waiting();
  [[nodiscard]] int requests() const { return network.requests(); }

  test::FakeClock clock;
  Trace trace;
  Dice dice;
  std::vector<Settings> settings;  // configured now
  std::map<std::string, SimulatedCrm> crms;
  Ledger ledger;
  Watch watch;
  Network network;
  std::unique_ptr<Life> life;

 private:
  void begin_life();
  void begin_again(const std::string& path, Milliseconds later);

  StoreFiles& files_;
  test::SeededRandom random_;
  std::string path_;
  std::string image_;  // what the crash left that is under way
  int lives_ = 0;
  int vain_waits_ = 0;
  int steps_before_ = 0;  // those of the trace, before the last wait
  std::optional<outbox::Reader> reader_;
  SteadyTime clock_set_at_{SteadyTime::min()};
  bool store_failed_ = false;  // in this life
  std::optional<SteadyTime> store_fails_until_;
};

}  // namespace leadspool::simulation

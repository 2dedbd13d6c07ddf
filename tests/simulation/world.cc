#include "simulation/world.h"

#include <algorithm>
#include <utility>

#include "outbox/overview.h"
#include "simulation/faulty_disk.h"
#include "simulation/store_promises.h"

namespace leadspool::simulation {
namespace {

using namespace std::chrono_literals;

// Passes without anything sent or answered that the worker may need until it has to wait for time to pass.
constexpr int kMostIdlePasses = 40;
// When nothing came of so many waits, the next ones last longer, as if the machine was busy: or the run would
// be nothing but looking up.
constexpr int kVainWaits = 4;
constexpr Milliseconds kLongestStride{1'800'000};

}  // namespace

World::World(std::uint64_t seed, const std::vector<Settings>& all, StoreFiles& files, bool aloud)
    : trace(clock, aloud),
      dice(seed),
      settings(all),
      watch(clock, trace, ledger, crms),
      network(clock, dice, watch, crms, [this](const std::string& key) { return ledger.oddity_of(key); }),
      files_(files),
      random_(seed),
      path_(files.fresh()) {
  for (const auto& each : all) crms.emplace(each.name, SimulatedCrm(each.keys));
  mend_store();
  watch.configured(settings);
  begin_life();
}

World::~World() {
  reader_.reset();
  life.reset();
  files_.remove(path_);
}

void World::settle() {
  if (store_fails_until_ && clock.steady_now() >= *store_fails_until_) {
    trace.step("commits are well again");
    mend_store();
  }
  for (int idle = 0; !trace.first_broken();) {
    const auto steps_before = trace.steps();
    FaultyDisk::expose(true);
    life->worker.run_once(1h);
    FaultyDisk::expose(false);
    for (const auto& refusal : FaultyDisk::take_refusals()) trace.broken("schema", refusal);
    if (network.is_cut_off()) {
      begin_again(image_, dice.span(0ms, 10min));
      idle = 0;
      continue;
    }
    const auto& look = network.last_look();
    if (look.answers == 0 && !look.woken && look.wait > 0ms) break;
    idle = trace.steps() == steps_before ? idle + 1 : 0;
    if (idle > kMostIdlePasses) trace.broken("no busy loop", "the worker goes round and round");
  }
  watch.settled(life->worker.health());
}

void World::pass(Milliseconds longest) {
  Milliseconds span = network.last_look().wait;
  vain_waits_ = trace.steps() == steps_before_ && !network.next() ? vain_waits_ + 1 : 0;
  steps_before_ = trace.steps();
  for (int i = kVainWaits; i < vain_waits_ && span < kLongestStride; ++i) span *= 2;
  span = std::min(span, longest);
  if (const auto next = network.next()) {
    span = std::min(span, std::max(1ms, Milliseconds{*next - clock.steady_now()}));
  }
  clock.advance(std::max(1ms, span));
  network.arrive();
}

void World::crash() {
  trace.step("the process dies");
  begin_again(files_.image(path_), dice.chance(50) ? 0ms : dice.span(0ms, 10min));
}

void World::crash_midway(int n) {
  network.crash_at(n, [this] {
    trace.step("the process dies in the middle of its work");
    store_failed_ = true;  // what it has just learned may not be stored
    image_ = files_.image(path_);
  });
}

void World::restart() {
  trace.step("the process is stopped");
  life->worker.stop();
  begin_again(path_, dice.chance(50) ? 0ms : dice.span(0ms, 10min));
}

void World::set_clock(Milliseconds jump) {
  trace.step("the wall clock is set by " + std::to_string(jump.count()) + " ms");
  clock.set_by(jump);
  clock_set_at_ = clock.steady_now();
  watch.clock_set(jump);
}

void World::fail_store() {
  const auto fault = dice.chance(70) ? DiskFault::sync : DiskFault::write;
  const bool lasts = dice.chance(50);
  trace.step(
      std::string(fault == DiskFault::sync ? "commits will look as if they failed" : "commits will fail") +
      (lasts ? ", for a while" : ", once"));
  FaultyDisk::arm(fault, dice.between(1, 4), lasts);
  store_fails_until_.reset();
  if (lasts) store_fails_until_ = clock.steady_now() + dice.span(1s, 20s);
  store_failed_ = true;
  watch.store_failed();
}

void World::mend_store() {
  FaultyDisk::arm(DiskFault::none);
  store_fails_until_.reset();
}

void World::configure(std::vector<Settings> all) {
  std::string names;
  for (const auto& each : all) names += " " + each.name + " " + std::to_string(each.max_in_flight);
  trace.step("configured:" + names);
  settings = std::move(all);
  watch.configuring(settings);
  life->worker.reconfigure(make_destinations(settings, clock));
  settle();
  watch.configured(settings);
}

void World::end() {
  life->worker.stop();
  reader_.reset();
  life.reset();
  check_end(path_, ledger, crms, lives_ - 1, trace);
}

std::vector<std::string> World::waiting() {
  std::vector<std::string> keys;
  for (const State state : {State::pending, State::claimed}) {
    for (const auto& view : reader().list({.state = state}, 500, std::nullopt).leads) {
      keys.push_back(to_string(view.lead.id));
    }
  }
  return keys;
}

outbox::Reader& World::reader() {
  if (!reader_) reader_.emplace(path_);
  return *reader_;
}

void World::begin_again(const std::string& path, Milliseconds later) {
  reader_.reset();
  life.reset();
  if (path != path_) files_.remove(std::exchange(path_, path));
  if (dice.chance(5)) set_clock(dice.span(-24h, 24h));
  clock.advance(later);
  network.arrive();
  begin_life();
}

void World::begin_life() {
  ++lives_;
  trace.step("a process begins");
  const bool clock_held = clock_set_at_ < clock.steady_now() - 10min;
  std::map<std::string, DestinationRecord> remembered;
  {
    outbox::Reader found(path_);
    check_restart(found, ledger, trace);
    auto known_now = outbox::Overview(path_).destinations();
    for (auto& known : known_now) remembered.emplace(known.name, known.record);
  }
  watch.life_begins(remembered, clock_held, !store_failed_);
  store_failed_ = false;
  mend_store();
  network.begin_life();
  const auto wants = [this](const std::string& destination, const Lead& lead) {
    auto* const known = ledger.find(to_string(lead.id));
    if (known == nullptr || lead.disposition != Disposition::deliver) return false;
    if (!known->deliveries.contains(destination)) known->deliveries[destination].is_optional = true;
    return true;
  };
  const auto is_configured = [this](const std::string& destination) {
    return std::any_of(settings.begin(), settings.end(),
                       [&](const Settings& each) { return each.name == destination; });
  };
  const LifeTools tools{network, clock, random_, {wants, is_configured}};
  life = std::make_unique<Life>(path_, settings, tools);
}

}  // namespace leadspool::simulation

#include "simulation/simulation.h"

#include <algorithm>
#include <utility>

#include "simulation/faulty_disk.h"
#include "simulation/people.h"
#include "simulation/world.h"

namespace leadspool::simulation {
namespace {

using namespace std::chrono_literals;

class Run {
 public:
  Run(std::uint64_t seed, StoreFiles& files, bool aloud)
      : plan_dice_(~seed), plan_(draw_plan(plan_dice_)), world_(seed, plan_.settings, files, aloud) {}

  Ending play() {
    for (const auto& happening : plan_.happenings) {
      go_on_until(happening.at);
      if (is_over()) break;
      act(happening);
    }
    go_on_until(plan_.end);
    if (!is_over()) come_to_an_end();
    if (!is_over()) people_.check_redrives();
    if (!is_over()) world_.end();
    const Trace& trace = world_.trace;
    return {trace.first_broken(), trace.last_steps(), trace.hash(), trace.steps(), world_.requests()};
  }

 private:
  [[nodiscard]] bool is_over() const { return world_.trace.first_broken().has_value(); }
  [[nodiscard]] SteadyTime now() const { return world_.clock.steady_now(); }

  void go_on_until(SteadyTime moment, Milliseconds stride = 24h) {
    world_.settle();
    while (now() < moment && !is_over()) {
      world_.pass(std::min(stride, Milliseconds{moment - now()}));
      world_.settle();
      if (FaultyDisk::take_strike()) see_trouble_of_the_store();
    }
  }

  void see_trouble_of_the_store();
  void act(const Happening& happening);
  void set_trouble(const std::string& destination, const Trouble& trouble);
  void set_clock();
  void reload();
  void come_to_an_end();
  void check_recovered();

  Dice plan_dice_;
  const Plan plan_;
  World world_;
  People people_{world_};
};

// The worker tries to store an outcome again after a second: what people do within it comes in between.
void Run::see_trouble_of_the_store() {
  if (world_.dice.chance(50)) return;
  const SteadyTime then = now() + world_.dice.span(0ms, 950ms);
  while (now() < then && !is_over()) {
    world_.pass(then - now());
    world_.settle();
  }
  if (!is_over()) people_.act_hastily();
  world_.settle();
}

void Run::act(const Happening& happening) {
  switch (happening.act) {
    case Act::leads:
      return people_.send_leads();
    case Act::trouble:
      return set_trouble(happening.destination, happening.trouble);
    case Act::crash:
      return world_.crash();
    case Act::crash_midway:
      return world_.crash_midway(world_.dice.between(1, 6));
    case Act::restart:
      return world_.restart();
    case Act::set_clock:
      return set_clock();
    case Act::store_fails:
      return world_.fail_store();
    case Act::reload:
      return reload();
    case Act::pause:
      return people_.pause(happening.destination);
    case Act::resume:
      return people_.resume(happening.destination);
    case Act::redrive:
    case Act::discard:
    case Act::release:
      return people_.correct(happening.act);
    case Act::order_redrive:
      return people_.order_redrive();
    case Act::cancel_redrive:
      return people_.cancel_redrive();
  }
}

void Run::set_trouble(const std::string& destination, const Trouble& trouble) {
  world_.trace.step(destination + " trouble: " + std::string(to_string(trouble.fault)) + " " +
                    std::to_string(trouble.percent) + " %");
  world_.crms.at(destination).set_trouble(trouble);
  // Failures that may be a lead's own doing are the destination's only where several leads meet with them.
  if (trouble.percent < 100 || !may_be_the_leads_doing(trouble.fault)) return;
  for (int i = 0; i < 5; ++i) people_.send_good_lead();
}

void Run::set_clock() {
  Dice& dice = world_.dice;
  const auto size = dice.pick(std::vector<Milliseconds>{2s, 1min, 5h, 24h * 400});
  const auto jump = size == 2s ? dice.span(1ms, size) : dice.span(6s, size);
  world_.set_clock(dice.chance(50) ? jump : -jump);
}

void Run::reload() {
  Dice& dice = world_.dice;
  std::vector<Settings> all;
  for (const auto& settings : plan_.settings) {
    if (dice.chance(25)) continue;
    all.push_back(dice.chance(50) ? draw_limits(settings, dice) : settings);
  }
  if (all.empty()) all.push_back(plan_.settings.front());
  world_.configure(std::move(all));
}

// Nothing bad happens any more. What waits must come to its end, and in time.
void Run::come_to_an_end() {
  world_.network.crash_at(0, nullptr);
  world_.mend_store();
  for (auto& [name, crm] : world_.crms) set_trouble(name, {});
  world_.configure(plan_.settings);
  people_.resume_what_was_paused();
  check_recovered();
  const SteadyTime began = now();
  bool good_ones_are_due = false;
  while (!is_over()) {
    const auto waiting = people_.waiting();
    if (waiting.empty() && !people_.has_open_redrives()) return;
    const bool was_due = std::exchange(good_ones_are_due, now() - began > 30h);
    if (good_ones_are_due && !was_due) people_.check_good_leads();
    if (now() - began > 24h * 30) world_.trace.broken("I2", "there is no end to it");
    // Whether it is the lead or its destination only others can tell, which pass.
    const bool needs_others = waiting.contains(Oddity::forbidden_403);
    if (needs_others) people_.send_good_lead();
    go_on_until(now() + (needs_others ? 30min : 3h));
  }
}

// A destination that was not working is found to be mended by its probes: a lead that comes now is delivered
// within the longest wait between two. An odd one may be taken for each probe before it.
void Run::check_recovered() {
  const std::string key = people_.send_good_lead();
  std::vector<std::string> names;
  for (const auto& settings : world_.settings) {
    if (!world_.watch.may_be_put_off(settings.name)) names.push_back(settings.name);
  }
  const auto odd = world_.ledger.count(Oddity::forbidden_403) + world_.ledger.count(Oddity::breaks_500);
  // Then what waits there comes first, at the pace that is set.
  const auto backlog = 3s * static_cast<int>(world_.ledger.leads().size());
  go_on_until(now() + 11min * (1 + odd) + backlog, 60s);
  for (const auto& name : names) {
    if (is_over() || world_.watch.may_be_put_off(name)) continue;
    if (world_.crms.at(name).records(key) > 0) continue;
    world_.trace.broken("recovery", name + " is well again, and still does not get " + key);
  }
}

}  // namespace

Ending simulate(std::uint64_t seed, StoreFiles& files, bool aloud) { return Run(seed, files, aloud).play(); }

std::string describe(std::uint64_t seed, const Ending& ending) {
  std::string text = "seed " + std::to_string(seed);
  if (!ending.broken) return text + " is as promised";
  text += " breaks \"" + ending.broken->promise + "\": " + ending.broken->how + "\n  the last steps:\n";
  for (const auto& step : ending.last_steps) text += "  " + step + "\n";
  return text + "  to see all of it: scripts/simulate --seed " + std::to_string(seed) + " --trace\n";
}

}  // namespace leadspool::simulation

#include "simulation/plan.h"

#include <algorithm>

namespace leadspool::simulation {
namespace {

using namespace std::chrono_literals;

Milliseconds draw_length(Dice& dice) {
  const int kind = dice.below(100);
  if (kind < 60) return dice.span(10min, 90min);
  if (kind < 92) return dice.span(90min, 8h);
  return dice.span(24h, 72h);
}

Trouble draw_trouble(Dice& dice) {
  Trouble trouble;
  trouble.fault = static_cast<Fault>(dice.between(1, kFaultCount - 1));
  // What looks like wrong settings to one lead and not to another is that lead's own trouble.
  if (!is_misconfiguration(trouble.fault) && dice.chance(25)) trouble.percent = dice.between(10, 60);
  if (dice.chance(60)) {
    trouble.retry_after = dice.pick(std::vector<Milliseconds>{1s, 7s, 60s, 10min, 1h, 50h});
  }
  return trouble;
}

class Drawing {
 public:
  explicit Drawing(Dice& dice) : dice_(dice), length_(draw_length(dice)) {
    plan_.settings = draw_settings(dice);
    plan_.end = SteadyTime{} + length_;
  }

  Plan draw() {
    for (int i = dice_.between(1, 3); i > 0; --i) add_anchor(Act::leads);
    for (const auto& settings : plan_.settings) draw_troubles(settings.name);
    add(Act::leads, dice_.between(1, 3));
    add(Act::crash, dice_.below(3));
    add(Act::crash_midway, dice_.below(4));
    add(Act::restart, dice_.below(3));
    if (dice_.chance(35)) add(Act::set_clock, dice_.between(1, 3));
    if (dice_.chance(50)) add(Act::store_fails, dice_.between(1, 6));
    if (dice_.chance(40)) add(Act::reload, dice_.between(1, 4));
    if (dice_.chance(40)) draw_pauses();
    if (dice_.chance(60)) {
      add(Act::redrive, dice_.between(1, 6));
      add(Act::discard, dice_.between(0, 3));
      add(Act::release, dice_.between(0, 4));
    }
    if (dice_.chance(50)) add(Act::order_redrive, dice_.between(1, 3));
    if (dice_.chance(20)) add(Act::cancel_redrive, 1);
    std::stable_sort(plan_.happenings.begin(), plan_.happenings.end(),
                     [](const Happening& a, const Happening& b) { return a.at < b.at; });
    return std::move(plan_);
  }

 private:
  SteadyTime any_moment() { return SteadyTime{} + dice_.span(0ms, length_); }

  // Mostly soon after something else, when there is something to disturb.
  SteadyTime moment() {
    if (anchors_.empty() || dice_.chance(25)) return any_moment();
    const auto later = dice_.pick(std::vector<Milliseconds>{1ms, 500ms, 5s, 60s, 15min});
    return std::min(dice_.pick(anchors_) + dice_.span(0ms, later), plan_.end);
  }

  void add(Act act, int count) {
    for (; count > 0; --count) plan_.happenings.push_back({moment(), act});
  }

  void add_anchor(Act act) {
    anchors_.push_back(any_moment());
    plan_.happenings.push_back({anchors_.back(), act});
  }

  // One after the other; leads come soon after each has begun, so that it is noticed.
  void draw_troubles(const std::string& destination) {
    SteadyTime at = SteadyTime{} + dice_.span(0ms, length_ / 3);
    for (int i = dice_.below(3); i > 0 && at < plan_.end; --i) {
      const auto lasts = dice_.pick(std::vector<Milliseconds>{10s, 2min, 20min, 3h, 72h});
      const SteadyTime end = std::min(at + dice_.span(1s, lasts), plan_.end);
      plan_.happenings.push_back({at, Act::trouble, destination, draw_trouble(dice_)});
      plan_.happenings.push_back({end, Act::trouble, destination, Trouble{}});
      anchors_.push_back(at);
      anchors_.push_back(end);
      if (dice_.chance(80)) plan_.happenings.push_back({std::min(at + 1ms, plan_.end), Act::leads});
      at = end + dice_.span(1s, 1h);
    }
  }

  void draw_pauses() {
    for (int i = dice_.between(1, 3); i > 0; --i) {
      const std::string destination = dice_.pick(plan_.settings).name;
      const SteadyTime at = moment();
      plan_.happenings.push_back({at, Act::pause, destination});
      anchors_.push_back(at);
      if (dice_.chance(70)) plan_.happenings.push_back({moment(), Act::resume, destination});
    }
  }

  Dice& dice_;
  const Milliseconds length_;
  Plan plan_;
  std::vector<SteadyTime> anchors_;
};

}  // namespace

Plan draw_plan(Dice& dice) { return Drawing(dice).draw(); }

}  // namespace leadspool::simulation

#include "simulation/watch.h"

#include <algorithm>

namespace leadspool::simulation {
namespace {

using delivery::DestinationHealth;

const http::ClientAnswer* sensible(const http::ClientResult& result) {
  const auto* answer = std::get_if<http::ClientAnswer>(&result);
  if (answer == nullptr) return nullptr;
  const bool is_success = (200 <= answer->status && answer->status <= 299) || answer->status == 409;
  return is_success || answer->status == 422 ? answer : nullptr;
}

std::string describe(const http::ClientResult& result) {
  if (const auto* answer = std::get_if<http::ClientAnswer>(&result)) {
    std::string text = std::to_string(answer->status);
    const auto wait = http::find_header(answer->headers, "Retry-After");
    if (!wait.empty()) text += ", retry after " + std::string(wait) + " s";
    return text;
  }
  const auto& failure = std::get<http::ClientFailure>(result);
  return std::string(to_string(failure.phase)) + (failure.timed_out ? " timed out" : " failed");
}

double most_saved(double per_second) { return std::max(1.0, per_second); }

}  // namespace

void Watch::life_begins(const std::map<std::string, DestinationRecord>& remembered, bool clock_held,
                        bool told_all) {
  life_began_ = clock_.now();
  has_settled_ = clock_was_set_ = store_failed_ = false;
  for (auto& [name, lane] : lanes_) {
    lane.in_flight.clear();
    lane.failed.clear();
    lane.just_delivered.clear();
    lane.has_failed = lane.is_down = lane.has_been_down = false;
    lane.knows_pause = true;
    lane.remembered.reset();
    lane.saved = most_saved(lane.settings.rate_per_second.value_or(0));
    lane.saved_at = clock_.steady_now();
    const auto found = remembered.find(name);
    const HealthRecord health = found == remembered.end() ? HealthRecord{} : found->second.health;
    lane.began_well = health.condition == Condition::working && !health.closed_until;
    if (clock_held && !lane.began_well) lane.remembered = health;
    if (!clock_held) {
      lane.put_off_until.reset();
      lane.asked_until = clock_.steady_now() + lane.asked;
    }
    if (!told_all && lane.put_off_until) {
      const auto stored = clock_.steady_now() + (health.closed_until.value_or(Time::min()) - clock_.now());
      lane.put_off_until = std::min(*lane.put_off_until, stored);
    }
    if (lane.is_paused && (found == remembered.end() || !found->second.pause)) {
      broken("pause", name, "a person's pause was forgotten over a restart");
    }
  }
}

void Watch::configuring(const std::vector<Settings>& all) {
  for (const auto& settings : all) {
    Lane& lane = lanes_[settings.name];
    if (!std::exchange(lane.in_service, true)) lane.settings.rate_per_second.reset();
    lane.settings.max_in_flight = std::max(lane.settings.max_in_flight, settings.max_in_flight);
    if (lane.settings.rate_per_second != settings.rate_per_second) lane.settings.rate_per_second.reset();
  }
}

void Watch::configured(const std::vector<Settings>& all) {
  for (auto& [name, lane] : lanes_) lane.in_service = false;
  for (const auto& settings : all) {
    Lane& lane = lanes_[settings.name];
    lane.saved = most_saved(settings.rate_per_second.value_or(0));
    lane.saved_at = clock_.steady_now();
    lane.settings = settings;
    lane.in_service = true;
  }
}

void Watch::paused(const std::string& destination) {
  lanes_[destination].is_paused = true;
  lanes_[destination].knows_pause = false;
}

void Watch::resumed(const std::string& destination) {
  Lane& lane = lanes_[destination];
  lane.is_paused = lane.is_down = false;
  lane.has_been_down = true;
  lane.put_off_until.reset();
  lane.remembered.reset();
}

void Watch::clock_set(Milliseconds jump) {
  clock_was_set_ = true;
  for (auto& [name, lane] : lanes_) {
    lane.remembered.reset();
    // A small correction goes unnoticed, and shifts what was planned by as much.
    if (std::chrono::abs(jump) >= Milliseconds{5'000}) {
      lane.put_off_until.reset();
    } else if (lane.put_off_until) {
      *lane.put_off_until -= std::max(Milliseconds{0}, jump);
    }
  }
}

void Watch::redriven(const std::string& destination, const std::string& key) {
  for (auto& [name, lane] : lanes_) {
    if (!destination.empty() && name != destination) continue;
    if (key.empty()) {
      lane.knows_repeats = false;
    } else {
      lane.failed.erase(key);
    }
  }
}

void Watch::settled(const std::vector<std::pair<std::string, delivery::HealthView>>& health) {
  has_settled_ = true;
  for (const auto& [name, view] : health) {
    Lane& lane = lanes_[name];
    lane.is_down = view.condition != Condition::working;
    lane.has_been_down = lane.has_been_down || lane.is_down;
  }
  for (auto& [name, lane] : lanes_) {
    lane.knows_pause = true;
    if (store_failed_) continue;  // it may be stored later
    for (const auto& key : std::exchange(lane.just_delivered, {})) {
      if (auto* const delivery = ledger_.find(name, key)) delivery->delivered = true;
    }
  }
}

bool Watch::nothing_hinders(const std::string& destination) const {
  const Lane& lane = lanes_.at(destination);
  return has_settled_ && !clock_was_set_ && !store_failed_ && lane.in_service && !lane.is_paused &&
         !lane.put_off_until && !lane.has_failed && lane.began_well && !lane.has_been_down &&
         !lane.settings.rate_per_second &&
         static_cast<int>(lane.in_flight.size()) < lane.settings.max_in_flight;
}

bool Watch::may_be_put_off(const std::string& destination) const {
  return clock_.steady_now() < lanes_.at(destination).asked_until;
}

void Watch::begins(const std::string& destination, const std::string& key) {
  trace_.step(destination + " <- " + key);
  Lane& lane = lanes_[destination];
  const bool is_repeat = lane.knows_repeats && lane.failed.contains(key);
  check_delivery(destination, key);
  check_lane(destination, lane, is_repeat);
  check_rate(destination, lane);
  check_remembered(destination, lane);
  if (!lane.in_flight.emplace(key, Request{is_repeat, lane.is_down}).second) {
    broken("once", destination, key + " is sent while it is being sent");
  }
}

void Watch::check_delivery(const std::string& destination, const std::string& key) {
  auto* const delivery = ledger_.find(destination, key);
  if (delivery == nullptr) return broken("I2", destination, key + " was never to go there");
  ++delivery->begun;
  if (delivery->held) broken("I2", destination, key + " is held, and was sent");
  if (delivery->discarded) broken("I2", destination, key + " was discarded, and sent");
  if (delivery->delivered) broken("once", destination, key + " was delivered, and is sent again");
}

void Watch::check_lane(const std::string& destination, Lane& lane, bool is_repeat) {
  if (!lane.in_service) broken("reload", destination, "is gone, and is sent to");
  if (lane.is_paused && lane.knows_pause)
    broken("pause", destination, "a person paused it, and it is sent to");
  if (lane.put_off_until && clock_.steady_now() < *lane.put_off_until)
    broken("Retry-After", destination, "asked to be left alone, and is sent to");
  const int most = lane.settings.max_in_flight;
  if (static_cast<int>(lane.in_flight.size()) >= most) {
    broken("max_in_flight", destination, "more than " + std::to_string(most) + " at once");
  }
  int repeats = 0;
  bool is_probed = false;
  for (const auto& [key, request] : lane.in_flight) {
    repeats += request.is_repeat ? 1 : 0;
    is_probed = is_probed || request.is_probe;
  }
  if (is_repeat && !lane.has_been_down && repeats >= std::max(1, most / 2)) {
    broken("first attempts", destination, "repeats hold more than half of the slots");
  }
  if (lane.is_down && is_probed) broken("probes", destination, "more than one probe at once");
}

void Watch::check_rate(const std::string& destination, Lane& lane) {
  if (!lane.settings.rate_per_second) return;
  const double rate = *lane.settings.rate_per_second;
  const auto passed = clock_.steady_now() - std::exchange(lane.saved_at, clock_.steady_now());
  lane.saved = std::min(most_saved(rate), lane.saved + rate * static_cast<double>(passed.count()) / 1'000.0);
  lane.saved -= 1;
  // Pace reckons in whole milliseconds.
  if (lane.saved < -0.01) broken("rate_per_second", destination, "is sent to faster than its rate");
}

void Watch::check_remembered(const std::string& destination, const Lane& lane) {
  if (!lane.remembered || lane.is_down) return;
  const HealthRecord& health = *lane.remembered;
  if (health.condition != Condition::working && !lane.in_flight.empty()) {
    broken("restart", destination, "was not working before the restart, and is sent to as if it was");
  }
  const bool may_have_been_cut =
      health.closed_until && *health.closed_until - life_began_ > DestinationHealth::kLongestPause;
  if (health.closed_until && !may_have_been_cut && clock_.now() < *health.closed_until) {
    broken("restart", destination, "was to be left alone until " + to_rfc3339(*health.closed_until));
  }
}

void Watch::taken(const std::string& destination, const std::string& key) {
  trace_.step(destination + " has taken " + key);
  const auto* const delivery = ledger_.find(destination, key);
  if (delivery == nullptr || delivery->may_come_twice) return;
  if (crms_.at(destination).records(key) > 1) broken("I6", destination, "has two records of " + key);
}

void Watch::answered(const std::string& destination, const std::string& key,
                     const http::ClientResult& result) {
  trace_.step(destination + " -> " + key + ": " + describe(result));
  Lane& lane = lanes_[destination];
  lane.in_flight.erase(key);
  lane.remembered.reset();
  if (const auto* const answer = sensible(result)) {
    lane.is_down = false;
    lane.failed.erase(key);
    if (answer->status != 422) lane.just_delivered.push_back(key);
    return;
  }
  lane.has_failed = true;
  lane.failed.insert(key);
  const auto* const answer = std::get_if<http::ClientAnswer>(&result);
  if (answer == nullptr) return;
  const std::string wait(http::find_header(answer->headers, "Retry-After"));
  if (wait.empty()) return;
  const Milliseconds asked =
      std::min<Milliseconds>(std::chrono::seconds{std::stoll(wait)}, DestinationHealth::kLongestPause);
  const SteadyTime until = clock_.steady_now() + asked;
  lane.put_off_until = std::max(lane.put_off_until.value_or(until), until);
  lane.asked_until = std::max(lane.asked_until, until);
  lane.asked = asked;
}

void Watch::forgotten(const std::string& destination, const std::string& key) {
  trace_.step(destination + ": " + key + " is let go");
  lanes_[destination].in_flight.erase(key);
}

void Watch::broken(const std::string& promise, const std::string& destination, const std::string& how) {
  trace_.broken(promise, destination + ": " + how);
}

}  // namespace leadspool::simulation

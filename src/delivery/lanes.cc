#include "delivery/lanes.h"

#include <algorithm>

namespace leadspool::delivery {

void Lanes::take_on(std::vector<Destination> destinations) {
  auto before = std::exchange(lanes_, {});
  for (auto& destination : destinations) {
    const auto known = std::find_if(before.begin(), before.end(),
                                    [&](const Lane& lane) { return lane.name() == destination.name; });
    if (known == before.end()) {
      lanes_.emplace_back(std::move(destination), around_);
    } else {
      known->take_on(std::move(destination));
      lanes_.splice(lanes_.end(), before, known);
    }
  }
  for (auto& lane : before) lane.retire();
  lanes_.splice(lanes_.end(), before);
}

void Lanes::look() {
  for (auto& lane : lanes_) lane.look();
}

void Lanes::read_again(const std::string& name) {
  for (auto& lane : lanes_) {
    if (lane.name() == name) lane.read_again();
  }
}

void Lanes::advance(bool stopping) {
  for (auto& lane : lanes_) lane.advance(stopping);
  lanes_.remove_if([](const Lane& lane) { return lane.is_retired() && lane.is_idle(); });
}

bool Lanes::are_idle() const {
  return std::all_of(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return lane.is_idle(); });
}

std::optional<Time> Lanes::next_look() const {
  std::optional<Time> first;
  for (const auto& lane : lanes_) {
    if (const auto look = lane.next_look()) first = std::min(first.value_or(*look), *look);
  }
  return first;
}

void Lanes::clock_was_set() {
  for (auto& lane : lanes_) lane.clock_was_set();
}

std::vector<std::int64_t> Lanes::in_hand() const {
  std::vector<std::int64_t> deliveries;
  for (const auto& lane : lanes_) lane.add_in_hand(deliveries);
  return deliveries;
}

std::vector<outbox::HeldClaim> Lanes::to_extend(Time moment) {
  std::vector<outbox::HeldClaim> claims;
  for (auto& lane : lanes_) lane.add_to_extend(moment, claims);
  return claims;
}

void Lanes::give_up() {
  for (auto& lane : lanes_) lane.give_up();
}

std::vector<std::pair<std::string, HealthView>> Lanes::health() const {
  std::vector<std::pair<std::string, HealthView>> all;
  for (const auto& lane : lanes_) {
    if (lane.is_retired()) continue;
    if (auto health = lane.health()) all.emplace_back(lane.name(), std::move(*health));
  }
  return all;
}

}  // namespace leadspool::delivery

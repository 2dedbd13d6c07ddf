#include "admin/destination_view.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace leadspool::admin {
namespace {

std::string health_word(Condition condition) {
  switch (condition) {
    case Condition::working:
      return "closed";
    case Condition::down:
      return "open";
    case Condition::misconfigured:
      return "misconfigured";
  }
  return "unknown";
}

template <typename Named>
const Named* find(const std::vector<Named>& all, const std::string& name) {
  const auto at = std::find_if(all.begin(), all.end(), [&](const Named& each) { return each.name == name; });
  return at == all.end() ? nullptr : &*at;
}

std::vector<outbox::StateCount> counts_of(const std::string& destination,
                                          const std::vector<outbox::StateCount>& all) {
  std::vector<outbox::StateCount> own;
  std::copy_if(all.begin(), all.end(), std::back_inserter(own),
               [&](const outbox::StateCount& each) { return each.destination == destination; });
  return own;
}

// What is remembered, as a worker would tell it. A plan to look again that lies behind us is nobody's any
// more.
std::optional<HealthStatus> as_remembered(const HealthRecord& record, Time now) {
  if (record == HealthRecord{}) return std::nullopt;
  HealthStatus health;
  health.condition = record.condition;
  health.since = record.since;
  health.reason = record.reason;
  if (record.closed_until && *record.closed_until > now) health.next_probe = record.closed_until;
  return health;
}

void show_health(DestinationView& view, const HealthStatus& health, Time now) {
  const bool is_working = health.condition == Condition::working;
  view.health = health_word(health.condition);
  view.reason = health.reason;
  if (!is_working) view.since = health.since;
  // A probe that is due is about to be made; a Retry-After that is over tells nothing.
  const bool is_over = is_working && health.next_probe && *health.next_probe <= now;
  if (!is_over) view.next_probe = health.next_probe;
  view.in_flight = health.in_flight;
}

void show_pause(DestinationView& view, const Pause& pause) {
  view.health = "paused";
  view.reason = pause.reason;
  view.since = pause.at;
  view.next_probe.reset();
}

void show_configured(DestinationView& view, const DestinationStatus& status,
                     const DestinationRecord& remembered, Time now) {
  view.type = status.type;
  view.configured = true;
  view.health = "unknown";
  const auto health = status.health ? status.health : as_remembered(remembered.health, now);
  if (health) show_health(view, *health, now);
  if (remembered.pause) show_pause(view, *remembered.pause);
}

void show_stranger(DestinationView& view) {
  view.health = "unknown";
  view.reason = "not in the configuration";
}

}  // namespace

std::vector<DestinationView> put_together(const std::vector<DestinationStatus>& configured,
                                          const std::vector<outbox::KnownDestination>& known,
                                          const std::vector<outbox::StateCount>& deliveries, Time now) {
  std::vector<DestinationView> views;
  const auto add = [&](const std::string& name, const DestinationStatus* status) {
    DestinationView view;
    view.name = name;
    view.deliveries = counts_of(name, deliveries);
    const auto* const found = find(known, name);
    const DestinationRecord remembered = found ? found->record : DestinationRecord{};
    view.pause = remembered.pause;
    if (found) view.oldest_waiting_received_at = found->oldest_waiting_received_at;
    if (status) {
      show_configured(view, *status, remembered, now);
    } else {
      show_stranger(view);
    }
    views.push_back(std::move(view));
  };
  for (const auto& each : configured) add(each.name, &each);
  for (const auto& each : deliveries) {
    if (find(views, each.destination) == nullptr) add(each.destination, nullptr);
  }
  return views;
}

}  // namespace leadspool::admin

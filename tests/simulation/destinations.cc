#include "simulation/destinations.h"

#include "connector/webhook.h"

namespace leadspool::simulation {
namespace {

using namespace std::chrono_literals;

delivery::Destination make_destination(const Settings& settings, const Clock& clock) {
  connector::WebhookOptions options;
  options.url = "https://" + settings.name + ".example/leads";
  options.total_timeout = settings.patience;
  if (settings.keys == Keys::conflicting) options.success.push_back({409, 409});
  // A CRM that makes a second record of a lead that is sent twice: what may have arrived is not repeated.
  using OnAmbiguous = connector::WebhookOptions::OnAmbiguous;
  if (settings.keys == Keys::ignored) options.on_ambiguous = OnAmbiguous::bury;
  return {.name = settings.name,
          .connector = std::make_unique<connector::Webhook>(std::move(options), clock),
          .retry = settings.retry,
          .max_in_flight = settings.max_in_flight,
          .rate_per_second = settings.rate_per_second,
          .lease = settings.lease};
}

}  // namespace

std::vector<Settings> draw_settings(Dice& dice) {
  std::vector<Settings> all;
  for (const auto& [name, keys] : {std::pair{"keyed", Keys::remembered},
                                   {"conflicting", Keys::conflicting},
                                   {"unkeyed", Keys::ignored}}) {
    Settings settings{.name = name, .keys = keys};
    settings.patience = dice.chance(70) ? 30s : 10s;
    // Days of backing off are left to a few runs: they are long.
    if (dice.chance(80)) settings.retry.schedule = {5s, 30s, 5min, 30min, 1h};
    all.push_back(draw_limits(std::move(settings), dice));
  }
  if (dice.chance(50)) all.erase(all.begin() + dice.below(3));
  return all;
}

Settings draw_limits(Settings settings, Dice& dice) {
  settings.max_in_flight = dice.pick(std::vector{1, 2, 3, 4, 16, 16});
  settings.rate_per_second = std::nullopt;
  if (dice.chance(20)) settings.rate_per_second = dice.pick(std::vector{0.5, 2.0, 5.0});
  // A lease that is shorter than an attempt may take is extended while it lasts.
  settings.lease = dice.chance(70) ? 120s : 8s;
  return settings;
}

std::vector<delivery::Destination> make_destinations(const std::vector<Settings>& all, const Clock& clock) {
  std::vector<delivery::Destination> made;
  for (const auto& each : all) made.push_back(make_destination(each, clock));
  return made;
}

}  // namespace leadspool::simulation

#include "app/destination_trials.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "app/part_options.h"
#include "http/curl_client.h"

namespace leadspool::app {
namespace {

using connector::TestStep;

// A token and a few more requests, each of them slow.
constexpr std::chrono::seconds kLongestTest{60};
constexpr std::chrono::milliseconds kBetweenLooks{500};

const DestinationConfig* find(const Config& config, const std::string& name) {
  const auto at = std::find_if(config.destinations.begin(), config.destinations.end(),
                               [&](const auto& each) { return each.name == name; });
  return at == config.destinations.end() ? nullptr : &*at;
}

TestStep failed_step(std::string what, std::string detail) {
  return {std::move(what), TestStep::Verdict::failed, std::move(detail), {}};
}

std::vector<TestStep> unreadable(const std::vector<ConfigError>& errors) {
  std::vector<TestStep> steps;
  for (const auto& error : errors) steps.push_back(failed_step("configuration", to_string(error)));
  return steps;
}

std::optional<std::vector<TestStep>> test_as_in(const std::string& file, const std::string& name,
                                                const Clock& clock, const GiveUp& give_up) {
  const auto reading = read_config(file, Secrets::read);
  if (const auto* errors = std::get_if<std::vector<ConfigError>>(&reading)) return unreadable(*errors);
  const auto* destination = find(std::get<Config>(reading), name);
  if (destination == nullptr) return std::nullopt;
  http::CurlClient client;
  const auto connector = destination->connector.make(clock);
  return run_test(*connector, client, clock, kLongestTest, give_up);
}

std::optional<admin::Previews> previews_as_in(const std::string& file, const std::string& name,
                                              const Clock& clock) {
  admin::Previews previews;
  auto reading = read_config(file, Secrets::read);
  if (const auto* errors = std::get_if<std::vector<ConfigError>>(&reading)) {
    for (const auto& error : *errors) previews.mistakes.push_back(to_string(error));
    return previews;
  }
  const auto config = std::make_shared<const Config>(std::get<Config>(std::move(reading)));
  const auto* destination = find(*config, name);
  if (destination == nullptr) return std::nullopt;
  previews.preview = [connector = std::shared_ptr<const connector::Connector>(destination->connector.make(
                          clock))](const LeadWithPayload& lead) { return connector->preview(lead); };
  previews.wants = [config, name](const Lead& lead) { return wants(*config, name, lead); };
  return previews;
}

}  // namespace

void add_destination_trials(admin::ServiceView& view, std::string file, const Clock& clock,
                            const GiveUp& give_up) {
  view.test_destination = [file, &clock, give_up](const std::string& name) {
    return test_as_in(file, name, clock, give_up);
  };
  view.previews = [file, &clock](const std::string& name) { return previews_as_in(file, name, clock); };
}

std::vector<TestStep> run_test(connector::Connector& connector, http::Client& client, const Clock& clock,
                               std::chrono::seconds longest, const GiveUp& give_up) {
  const SteadyTime until = clock.steady_now() + longest;
  auto test = connector.test(client);
  test.start();
  bool given_up = false;
  while (!test.ended() && !given_up && clock.steady_now() < until) {
    client.run(kBetweenLooks, -1);
    given_up = give_up && give_up();
  }
  if (test.ended()) return test.result();
  client.forget_all();
  if (given_up) return {failed_step("time", "the service is stopping, so the test was given up")};
  return {failed_step("time", "the test had not ended after " + std::to_string(longest.count()) +
                                  " s: is the destination slow, or out of reach?")};
}

}  // namespace leadspool::app

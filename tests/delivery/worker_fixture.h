// A worker with a real store, a real connector and a scripted network, moved one step at a time.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "connector/webhook.h"
#include "delivery/worker.h"
#include "support/scripted_client.h"
#include "support/store_fixture.h"

namespace leadspool::test {

inline http::ClientResult answer(int status, std::string body = "{}") {
  return http::ClientAnswer{.status = status, .body = std::move(body)};
}

inline http::ClientResult refused() {
  return http::ClientFailure{.phase = http::FailurePhase::connect, .detail = "connection refused"};
}

inline http::ClientResult silence() {
  return http::ClientFailure{.phase = http::FailurePhase::wait, .timed_out = true, .detail = "no answer"};
}

// A webhook, as a test describes it.
struct Described {
  std::string name;
  std::string host = name;  // posted to at https://HOST.example/leads
  int max_in_flight = 16;
  RetryPolicy retry = {};
  Milliseconds lease{120'000};
  std::optional<double> rate_per_second = std::nullopt;
};

inline std::vector<delivery::Destination> destinations(const std::vector<Described>& all,
                                                       const Clock& clock) {
  std::vector<delivery::Destination> made;
  for (const auto& each : all) {
    connector::WebhookOptions options;
    options.url = "https://" + each.host + ".example/leads";
    made.push_back({.name = each.name,
                    .connector = std::make_unique<connector::Webhook>(std::move(options), clock),
                    .retry = each.retry,
                    .max_in_flight = each.max_in_flight,
                    .rate_per_second = each.rate_per_second,
                    .lease = each.lease});
  }
  return made;
}

struct WorkerFixture : StoreFixture {
  WorkerFixture() : WorkerFixture{{.name = "crm"}} {}
  WorkerFixture(std::initializer_list<Described> all) { restart(all); }

  // A new worker on the same store, after the old one was stopped.
  void restart(const std::vector<Described>& all) {
    worker.reset();
    worker.emplace(delivery::WorkerOptions{}, destinations(all, clock), tools());
    corrections.on_due([this] { worker->wake(); });
    corrections.on_destination([this](const std::string& name) { worker->destination_changed(name); });
  }

  delivery::WorkerTools tools() {
    return {.claims = doors, .redrives = redrives, .client = client, .clock = clock, .random = random};
  }

  // Taken up by the next step.
  void reconfigure(const std::vector<Described>& all) { worker->reconfigure(destinations(all, clock)); }

  // Until nothing more happens without time passing: each step moves a delivery on by at most one wait.
  void settle(int steps = 40) {
    for (int step = 0; step < steps; ++step) worker->run_once(Milliseconds{0});
  }

  void pass(Milliseconds span) {
    clock.advance(span);
    settle();
  }

  delivery::HealthView health(std::size_t destination = 0) { return worker->health().at(destination).second; }

  int count(State state) {
    int total = 0;
    for (const auto& one : overview.status().deliveries) {
      if (one.state == state) total += static_cast<int>(one.count);
    }
    return total;
  }

  ScriptedClient client;
  std::optional<delivery::Worker> worker;
};

}  // namespace leadspool::test

// A real store in a temporary folder, with all its doors.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "outbox/claims.h"
#include "outbox/committer.h"
#include "outbox/corrections.h"
#include "outbox/erasures.h"
#include "outbox/given_answers.h"
#include "outbox/intake.h"
#include "outbox/overview.h"
#include "outbox/reader.h"
#include "outbox/redrives.h"
#include "outbox/store.h"
#include "outbox/upkeep.h"
#include "support/fake_clock.h"
#include "support/seeded_random.h"
#include "support/temporary_folder.h"

namespace leadspool::test {

// `own_thread` false: every change is committed, and called back, before the call returns.
struct StoreFixture {
  explicit StoreFixture(bool own_thread = false) : committer({.path = path, .own_thread = own_thread}) {}

  // A fresh lead and the last claim that its delivery had; what that had none of is zero.
  struct Placed {
    Uuid lead;
    outbox::Claim claim;
  };

  // A lead for one destination, stored.
  Uuid add_lead(const std::string& last_name = "One", const std::string& destination = "crm") {
    return add({.source = "marketplace",
                .fields = {.last_name = last_name},
                .receipt = receipt(),
                .deliveries = {{destination, std::nullopt}}});
  }

  Uuid add(const outbox::NewLead& lead) { return std::get<outbox::Accepted>(intake.accept(lead)).id; }

  static Receipt receipt(std::string payload = R"({"UserDetails":{}})") {
    Receipt made;
    made.payload_sha256 = sha256(payload);
    made.payload = std::move(payload);
    made.headers_json = R"({"Content-Type":"application/json"})";
    made.remote_address = "127.0.0.1";
    return made;
  }

  // Claims what is due now; the lease is a minute. Only without a thread.
  std::vector<outbox::Claim> claim(int limit = 100, const std::string& destination = "crm") {
    std::vector<outbox::Claim> claims;
    doors.claim({.claim_id = doors.draw_claim_id(),
                 .destination = destination,
                 .limit = limit,
                 .again_limit = limit,
                 .now = clock.now(),
                 .lease_until = clock.now() + std::chrono::minutes{1}},
                [&](auto result) { claims = std::move(std::get<outbox::Claimed>(result).claims); });
    return claims;
  }

  // Takes back what is claimed (with a lease before `before`); how many there were. Only without a thread.
  int expire(std::optional<Time> before = std::nullopt) {
    int count = -1;
    doors.expire(before, {}, clock.now(), [&](auto result) { count = std::get<int>(result); });
    return count;
  }

  // True: finished; false: the claim was lost.
  bool finish(const outbox::Claim& claim, const AttemptOutcome& outcome, const RetryPolicy& policy = {}) {
    const auto transition = decide(claim.delivery, outcome, policy, clock.now(), 0.5);
    Attempt attempt;
    attempt.number = claim.delivery.attempt_count + 1;
    attempt.started_at = clock.now();
    attempt.outcome = outcome.outcome;
    attempt.counted = transition.counted;
    attempt.http_status = outcome.http_status;
    attempt.detail = outcome.detail;
    bool finished = false;
    doors.finish(claim, transition, attempt, outcome.remote_id, clock.now(), [&](auto result) {
      finished = std::holds_alternative<outbox::Finished>(
          std::get<std::variant<outbox::Finished, outbox::LostClaim>>(result));
    });
    return finished;
  }

  // A fresh lead whose delivery was brought to `state` through the doors alone. Only without a thread.
  Placed place(State state) {
    Placed placed;
    if (state == State::held) {
      placed.lead =
          add({.source = "marketplace", .receipt = receipt(), .deliveries = {{"crm", "waits for a person"}}});
      return placed;
    }
    placed.lead = add_lead();
    if (state == State::pending) return placed;
    if (state == State::discarded) {
      static_cast<void>(corrections.discard(placed.lead, {}, {"tester", ""}));
      return placed;
    }
    placed.claim = claim().at(0);
    if (state == State::delivered) finish(placed.claim, {.outcome = Outcome::delivered});
    if (state == State::dead) finish(placed.claim, {.outcome = Outcome::rejected, .cause = "no last name"});
    return placed;
  }

  // All that the upkeep finds to do; how many steps that took.
  int tidy_up(const outbox::UpkeepRules& rules = {}) {
    int steps = 1;
    while (std::get<outbox::Left>(upkeep.step(rules, clock.now())) == outbox::Left::more) ++steps;
    return steps;
  }

  outbox::DeliveryView delivery(const Uuid& lead) { return reader.find(lead)->view.deliveries.at(0); }

  TemporaryFolder folder;
  std::string path = migrated(folder.file("leads.db"));
  FakeClock clock;
  SeededRandom random;
  outbox::StoreLock lock{path};
  outbox::Committer committer;
  outbox::Intake intake{{}, path, committer, clock, random};
  outbox::Claims doors{committer, random};
  outbox::Corrections corrections{committer, clock};
  outbox::Erasures erasures{committer, clock};
  outbox::GivenAnswers given_answers{committer, clock};
  outbox::Upkeep upkeep{committer};
  // Those that a redrive finds not configured.
  std::set<std::string> removed_destinations;
  outbox::Redrives redrives{committer, clock, random,
                            outbox::RedriveRules{[](const auto&, const auto&) { return true; },
                                                 [this](const std::string& destination) {
                                                   return !removed_destinations.contains(destination);
                                                 }}};
  outbox::Reader reader{path};
  outbox::Overview overview{path};

 private:
  static std::string migrated(std::string store_path) {
    outbox::migrate(store_path);
    return store_path;
  }
};

}  // namespace leadspool::test

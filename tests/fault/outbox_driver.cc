// A program that works an outbox hard, for fault tests: accepts leads through Intake, claims, finishes, gives
// back and redrives their deliveries, and tells what it was promised.
//
// usage: outbox_driver STORE ACKNOWLEDGEMENTS [OPTION VALUE]...
//   --threads N           that accept leads, beside one that works (8); 0: all on one thread, in a fixed
//   order
//   --leads N             to be accepted, by each thread (40)
//   --checkpoint-pages N  (24)
//   --seed N              ids and decisions come from it (1)
//   --sabotage HOW        none, early (tells before the commit), unsynced (SQLite does not sync)
//
// Appends the lines of store_check.h to ACKNOWLEDGEMENTS, each in one write. Exit code 0 when the last lead
// was accepted, 1 when it was not, 2 when the store could not be opened.
#include <atomic>
#include <cstdio>
#include <future>
#include <map>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <unistd.h>

#include "outbox/claims.h"
#include "outbox/connection.h"
#include "outbox/corrections.h"
#include "outbox/intake.h"
#include "outbox/store.h"
#include "support/fake_clock.h"
#include "support/seeded_random.h"

namespace leadspool::test {
namespace {

struct DriverOptions {
  std::string store;
  std::string acknowledgements;
  int threads = 8;
  int leads = 40;
  int checkpoint_pages = 24;
  std::uint64_t seed = 1;
  std::string sabotage = "none";
};

template <typename Value, typename Start>
Value await(Start start) {
  std::promise<Value> promise;
  start([&](Value value) { promise.set_value(std::move(value)); });
  return promise.get_future().get();
}

outbox::NewLead new_lead(std::uint64_t seed, int thread, int number) {
  outbox::NewLead lead;
  lead.source = "marketplace";
  lead.fields.last_name = "One";
  // From a line to some pages, and no two alike.
  lead.receipt.payload =
      std::to_string(seed) + "-" + std::to_string(thread) + "-" + std::to_string(number) +
      std::string(static_cast<std::size_t>(number % 7 == 0 ? 9'000 : number * 13 % 700), 'x');
  lead.receipt.payload_sha256 = sha256(lead.receipt.payload);
  lead.receipt.headers_json = "{}";
  lead.receipt.remote_address = "127.0.0.1";
  lead.deliveries = {{"crm", std::nullopt}};
  return lead;
}

class Driver {
 public:
  explicit Driver(const DriverOptions& options)
      : options_(options),
        told_fd_(open(options.acknowledgements.c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600)),
        lock_(migrated(options.store)),
        committer_({.path = options.store,
                    .checkpoint_pages = options.checkpoint_pages,
                    .own_thread = options.threads > 0}) {
    if (options_.sabotage == "unsynced") stop_syncing();
  }

  ~Driver() { close(told_fd_); }

  // Whether the last lead was accepted.
  bool run() {
    if (options_.threads == 0) {
      Sender sender(*this, 0);
      for (int number = 0; number < options_.leads; ++number) {
        last_accepted_ = sender.accept(number);
        if (number % 3 == 2) work_once();
      }
      return last_accepted_;
    }
    std::atomic<int> sending = options_.threads;
    std::vector<std::thread> senders;
    for (int i = 0; i < options_.threads; ++i) {
      senders.emplace_back([&, i] {
        Sender sender(*this, i);
        for (int number = 0; number < options_.leads; ++number) last_accepted_ = sender.accept(number);
        --sending;
      });
    }
    while (sending > 0) work_once();
    for (auto& sender : senders) sender.join();
    for (int i = 0; i < 20; ++i) work_once();
    return last_accepted_;
  }

 private:
  // One thread's way in. Its clock stands still and its dice are its own, so that the next id can be
  // foretold.
  class Sender {
   public:
    Sender(Driver& driver, int number)
        : driver_(driver),
          number_(number),
          random_(driver.options_.seed * 1'000 + static_cast<std::uint64_t>(number)),
          twin_(driver.options_.seed * 1'000 + static_cast<std::uint64_t>(number)),
          intake_({.minimum_free_bytes = 0}, driver.options_.store, driver.committer_, clock_, random_) {}

    bool accept(int number) {
      const auto foretold = make_uuid_v7(clock_.now(), twin_);
      if (driver_.options_.sabotage == "early") driver_.tell("accepted " + to_string(foretold));
      const auto result = intake_.accept(new_lead(driver_.options_.seed, number_, number));
      const auto* accepted = std::get_if<outbox::Accepted>(&result);
      if (accepted == nullptr) return false;
      if (driver_.options_.sabotage != "early") driver_.tell("accepted " + to_string(accepted->id));
      return true;
    }

   private:
    Driver& driver_;
    const int number_;
    FakeClock clock_;
    SeededRandom random_;
    SeededRandom twin_;
    outbox::Intake intake_;
  };

  static const std::string& migrated(const std::string& store) {
    outbox::migrate(store);
    return store;
  }

  void tell(std::string line) {
    line += '\n';
    if (write(told_fd_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) abort();
  }

  // The pragma is refused within a transaction, so it is set when the first one has ended.
  void stop_syncing() {
    outbox::Connection* connection = nullptr;
    await<outbox::CommitResult>([&](auto done) {
      committer_.submit(
          outbox::Urgency::always, [&](outbox::Connection& ours) { connection = &ours; },
          [&connection, done](const outbox::CommitResult& result) {
            connection->database().exec("PRAGMA synchronous = OFF");
            done(result);
          });
    });
  }

  // Claims a few and finishes them one way or another.
  void work_once() {
    clock_.advance(std::chrono::hours{1});
    const auto claim_id = claims_.draw_claim_id();
    const auto claimed = await<outbox::OrFailure<outbox::Claimed>>([&](auto done) {
      claims_.claim({.claim_id = claim_id,
                     .destination = "crm",
                     .limit = 6,
                     .again_limit = 6,
                     .now = clock_.now(),
                     .lease_until = clock_.now() + std::chrono::minutes{1}},
                    done);
    });
    if (const auto* made = std::get_if<outbox::Claimed>(&claimed)) {
      for (const auto& claim : made->claims) finish(claim);
    }
    // What was given up above, or claimed by a commit of which we were not told.
    await<outbox::CommitResult>(
        [&](auto done) { claims_.unclaim(claim_id, std::nullopt, "given back", clock_.now(), done); });
  }

  void finish(const outbox::Claim& claim) {
    AttemptOutcome outcome;
    const auto dice = random_.next() % 10;
    if (dice == 9) return;  // given up
    outcome.outcome = dice < 6 ? Outcome::delivered : dice < 8 ? Outcome::unavailable : Outcome::rejected;
    if (outcome.outcome != Outcome::delivered) outcome.cause = outcome.detail = "made to fail";
    const auto transition = decide(claim.delivery, outcome, {}, clock_.now(), 0.5);
    Attempt attempt;
    attempt.number = claim.delivery.attempt_count + 1;
    attempt.started_at = clock_.now();
    attempt.outcome = outcome.outcome;
    attempt.counted = transition.counted;
    attempt.detail = outcome.detail;
    using Result = outbox::OrFailure<std::variant<outbox::Finished, outbox::LostClaim>>;
    const auto result =
        await<Result>([&](auto done) { claims_.finish(claim, transition, attempt, "", clock_.now(), done); });
    const auto* told = std::get_if<std::variant<outbox::Finished, outbox::LostClaim>>(&result);
    if (told == nullptr || !std::holds_alternative<outbox::Finished>(*told)) return;
    tell("finished " + to_string(claim.lead.id) + " " + std::string(to_string(transition.to)) + " " +
         std::to_string(attempt.number));
    if (transition.to == State::dead) {
      (void)corrections_.redrive(claim.lead.id, std::nullopt, {.actor = "driver", .reason = "again"});
    }
  }

  const DriverOptions options_;
  const int told_fd_;
  FakeClock clock_;
  SeededRandom random_{options_.seed};
  outbox::StoreLock lock_;
  outbox::Committer committer_;
  outbox::Claims claims_{committer_, random_};
  outbox::Corrections corrections_{committer_, clock_};
  std::atomic<bool> last_accepted_{false};
};

DriverOptions read_options(int argc, char** argv) {
  DriverOptions options{.store = argv[1], .acknowledgements = argv[2]};
  std::map<std::string, std::string> given;
  for (int i = 3; i + 1 < argc; i += 2) given[argv[i]] = argv[i + 1];
  const auto number = [&](const char* name, int otherwise) {
    return given.count(name) != 0 ? std::stoi(given[name]) : otherwise;
  };
  options.threads = number("--threads", options.threads);
  options.leads = number("--leads", options.leads);
  options.checkpoint_pages = number("--checkpoint-pages", options.checkpoint_pages);
  options.seed = static_cast<std::uint64_t>(number("--seed", 1));
  if (given.count("--sabotage") != 0) options.sabotage = given["--sabotage"];
  return options;
}

}  // namespace
}  // namespace leadspool::test

int main(int argc, char** argv) {
  using namespace leadspool::test;
  if (argc < 3) return 2;
  try {
    return Driver(read_options(argc, argv)).run() ? 0 : 1;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "outbox_driver: %s\n", failure.what());
    return 2;
  }
}

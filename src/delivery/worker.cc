#include "delivery/worker.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/step_watch.h"
#include "base/task.h"
#include "base/wake_signal.h"
#include "delivery/inbox.h"
#include "delivery/lanes.h"
#include "delivery/redriver.h"

namespace leadspool::delivery {
namespace {

// The loop looks up at least so often, whatever it waits for: the wall clock may have been set.
constexpr Milliseconds kLongestWait{60'000};
// Between two searches for claims whose lease lapsed: those of an attempt that broke off by our own mistake.
constexpr Milliseconds kSweepInterval{60'000};
// A smaller jump of the wall clock is a correction, and delays nothing worth speaking of.
constexpr Milliseconds kLeastJump{5'000};
// Before a search that a broken store refused is tried again.
constexpr Milliseconds kStorePause{1'000};

}  // namespace

class Worker::Loop {
 public:
  Loop(WorkerOptions options, std::vector<Destination> destinations, WorkerTools tools)
      : options_(options),
        claims_(tools.claims),
        client_(tools.client),
        clock_(tools.clock),
        step_(tools.clock),
        inbox_(wake_, clock_),
        lanes_({tools.claims, tools.client, tools.clock, tools.random, inbox_, wake_}),
        redriver_(tools.redrives, inbox_, clock_, wake_, [this] { lanes_.look(); }) {
    lanes_.take_on(std::move(destinations));
    publish_health();
  }

  void start() {
    thread_ = std::thread([this] {
      while (!is_done()) run_once_guarded();
      give_up();
      step_.end();
    });
  }

  void reconfigure(std::vector<Destination> destinations) {
    {
      const std::lock_guard lock(mutex_);
      new_destinations_ = std::move(destinations);
    }
    wake_.notify();
  }

  void wake() {
    something_is_due_ = true;
    wake_.notify();
  }

  void redrive_ordered() {
    redrive_ordered_ = true;
    wake_.notify();
  }

  void destination_changed(const std::string& name) {
    {
      const std::lock_guard lock(mutex_);
      changed_destinations_.insert(name);
    }
    wake_.notify();
  }

  void stop() {
    stopping_ = true;
    wake_.notify();
    if (thread_.joinable()) {
      thread_.join();
    } else {
      give_up();
    }
  }

  void run_once(Milliseconds longest) {
    step_.begin();
    wake_.drain();
    if (auto destinations = take_new_destinations()) lanes_.take_on(std::move(*destinations));
    for (const auto& name : take_changed_destinations()) lanes_.read_again(name);
    inbox_.run_all();
    watch_clock();
    sweep_if_due();
    if (stopping_ && !give_up_at_) give_up_at_ = clock_.steady_now() + options_.drain;
    if (something_is_due_.exchange(false)) lanes_.look();
    if (redrive_ordered_.exchange(false)) redriver_.look();
    const bool is_claiming = !stopping_ && orphans_taken_back_;
    lanes_.advance(!is_claiming);
    redriver_.advance(!is_claiming);
    publish_health();
    const auto wait = std::min(longest, until_next_look());
    step_.rest(wait);
    client_.run(wait, wake_.fd());
  }

  Milliseconds busy_for() const { return step_.stuck_for(); }

  std::vector<std::pair<std::string, HealthView>> health() const {
    const std::lock_guard lock(mutex_);
    return health_;
  }

 private:
  // An exception here is a mistake of ours: the attempt it broke off is found when its lease lapses.
  void run_once_guarded() {
    try {
      run_once(kLongestWait);
    } catch (const std::exception& mistake) {
      log_error("attempt_broke_off", {{"why", mistake.what()}});
    }
  }

  [[nodiscard]] bool is_done() const {
    if (!stopping_) return false;
    if (give_up_at_ && clock_.steady_now() >= *give_up_at_) return true;
    return lanes_.are_idle() && redriver_.is_idle();
  }

  [[nodiscard]] std::optional<std::vector<Destination>> take_new_destinations() {
    const std::lock_guard lock(mutex_);
    return std::exchange(new_destinations_, std::nullopt);
  }

  [[nodiscard]] std::set<std::string> take_changed_destinations() {
    const std::lock_guard lock(mutex_);
    return std::exchange(changed_destinations_, {});
  }

  void sweep_if_due() {
    if (sweeping_ && sweeping_->ended()) sweeping_.reset();
    if (sweeping_ || clock_.steady_now() < next_sweep_) return;
    next_sweep_ = clock_.steady_now() + kSweepInterval;
    sweeping_.emplace(sweep());
    sweeping_->start([this] { wake_.notify(); });
  }

  // Extends the leases of what is being worked on, and takes back what nobody works on any more: at start all
  // that is claimed, later what outlived its lease without being in a lane's hands.
  Task<void> sweep() {
    if (auto claims = lanes_.to_extend(clock_.now() + 2 * kSweepInterval); !claims.empty()) {
      auto change = [&](auto done) { claims_.extend(claims, std::move(done)); };
      auto extending = inbox_.until_stored(change);
      co_await extending;
    }
    for (;;) {
      const Time now = clock_.now();
      const auto before = orphans_taken_back_ ? std::optional{now} : std::nullopt;
      auto begin = [&](auto done) {
        claims_.expire(before, lanes_.in_hand(), now, inbox_.forward(std::move(done)));
      };
      Callback<outbox::OrFailure<int>> expiring{begin};
      const auto result = co_await expiring;
      if (const auto* failure = std::get_if<outbox::Failure>(&result)) {
        log_error("claims_not_taken_back", {{"why", failure->detail}});
        auto pausing = inbox_.pause(kStorePause);
        co_await pausing;
        continue;
      }
      const int count = std::get<int>(result);
      if (count > 0) log_warn("claims_taken_back", {{"count", count}, {"at_start", !orphans_taken_back_}});
      orphans_taken_back_ = true;
      if (count > 0) wake();
      break;
    }
    // At start too: the clock may have been wrong until then.
    if (std::exchange(clock_was_set_, false)) {
      auto change = [&](auto done) { claims_.bring_back_from_the_future(clock_.now(), std::move(done)); };
      auto changing = inbox_.until_stored(change);
      co_await changing;
      wake();
    }
  }

  // Notices when the wall clock was set, by comparing it with the one that never jumps.
  void watch_clock() {
    const auto ahead = clock_.now().time_since_epoch() - clock_.steady_now().time_since_epoch();
    const auto jump = ahead - std::exchange(wall_ahead_of_steady_, ahead).value_or(ahead);
    if (std::chrono::abs(jump) < kLeastJump) return;
    log_warn("clock_was_set", {{"by_ms", jump.count()}});
    clock_was_set_ = true;
    next_sweep_ = SteadyTime::min();
    lanes_.clock_was_set();
  }

  void give_up() {
    client_.forget_all();
    inbox_.forget_all();
    sweeping_.reset();
    redriver_.give_up();
    lanes_.give_up();
  }

  [[nodiscard]] Milliseconds until_next_look() const {
    Milliseconds wait = std::min(kLongestWait, inbox_.until_next().value_or(kLongestWait));
    const Time now = clock_.now();
    if (const auto look = lanes_.next_look(); look && !stopping_ && orphans_taken_back_) {
      wait = std::min(wait, std::max(*look, now) - now);
    }
    const auto steady = clock_.steady_now();
    if (const auto look = redriver_.next_look(); look && !stopping_ && orphans_taken_back_) {
      wait = std::min(wait, std::max(*look, steady) - steady);
    }
    if (give_up_at_) wait = std::min(wait, std::max(*give_up_at_, steady) - steady);
    return wait;
  }

  void publish_health() {
    auto fresh = lanes_.health();
    const std::lock_guard lock(mutex_);
    health_ = std::move(fresh);
  }

  // Constant after construction.
  const WorkerOptions options_;
  outbox::Claims& claims_;
  http::Client& client_;
  const Clock& clock_;

  // Any thread.
  StepWatch step_;  // begun by the worker's
  WakeSignal wake_;
  std::atomic<bool> something_is_due_{false};
  std::atomic<bool> redrive_ordered_{false};
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::vector<std::pair<std::string, HealthView>> health_;    // guarded by mutex_
  std::optional<std::vector<Destination>> new_destinations_;  // guarded by mutex_
  std::set<std::string> changed_destinations_;                // guarded by mutex_

  // The worker's thread.
  Inbox inbox_;
  Lanes lanes_;
  Redriver redriver_;
  std::optional<Task<void>> sweeping_;
  SteadyTime next_sweep_{SteadyTime::min()};
  std::optional<Milliseconds> wall_ahead_of_steady_;
  bool clock_was_set_ = true;  // until proven otherwise
  bool orphans_taken_back_ = false;
  std::optional<SteadyTime> give_up_at_;
  std::thread thread_;
};

Worker::Worker(WorkerOptions options, std::vector<Destination> destinations, WorkerTools tools)
    : loop_(std::make_unique<Loop>(options, std::move(destinations), tools)) {}

Worker::~Worker() { loop_->stop(); }

void Worker::start() { loop_->start(); }

void Worker::reconfigure(std::vector<Destination> destinations) {
  loop_->reconfigure(std::move(destinations));
}

void Worker::wake() { loop_->wake(); }

void Worker::redrive_ordered() { loop_->redrive_ordered(); }

void Worker::destination_changed(const std::string& name) { loop_->destination_changed(name); }

void Worker::stop() { loop_->stop(); }

void Worker::run_once(Milliseconds longest) { loop_->run_once(longest); }

Milliseconds Worker::busy_for() const { return loop_->busy_for(); }

std::vector<std::pair<std::string, HealthView>> Worker::health() const { return loop_->health(); }

}  // namespace leadspool::delivery

#include "upkeep/keeper.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include "base/current.h"
#include "base/log.h"

namespace leadspool::upkeep {
namespace {

using outbox::Left;

constexpr std::chrono::minutes kInterval{1};
// After it was woken, so that leads which come one by one are dealt with together; and for a reader to end.
constexpr std::chrono::seconds kPause{1};
// How many times the length of a step the rest after it is.
constexpr int kRest = 4;

}  // namespace

class Keeper::Loop {
 public:
  Loop(outbox::UpkeepRules rules, outbox::Committer& committer, const Clock& clock)
      : rules_(rules), clock_(clock), upkeep_(committer) {}

  void start() {
    thread_ = std::thread([this] { work(); });
  }

  void wake() {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    changed_.notify_one();
  }

  void reconfigure(outbox::UpkeepRules rules) {
    rules_.set(rules);
    wake();
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

  void run_once() {
    while (step() == Left::more) {
    }
    tell_removed();
  }

 private:
  void work() {
    for (;;) {
      const auto began = clock_.steady_now();
      const Left left = step();
      if (left == Left::nothing) tell_removed();
      // Rounded up, so that not even the quickest steps follow each other without a pause.
      const Milliseconds took = clock_.steady_now() - began + Milliseconds{1};
      std::unique_lock lock(mutex_);
      if (left == Left::nothing) changed_.wait_for(lock, kInterval, [this] { return woken_ || stopping_; });
      const Milliseconds rest = left == Left::more ? took * kRest : Milliseconds{kPause};
      changed_.wait_for(lock, rest, [this] { return stopping_; });
      if (stopping_) return;
      woken_ = false;
    }
  }

  // Trouble is told once, and taken for nothing to do.
  Left step() {
    std::string trouble;
    try {
      auto result = upkeep_.step(*rules_.get(), clock_.now());
      if (const auto* left = std::get_if<Left>(&result)) {
        in_trouble_ = false;
        return *left;
      }
      trouble = std::get<outbox::Failure>(result).detail;
    } catch (const std::exception& failure) {
      trouble = failure.what();
    }
    if (!std::exchange(in_trouble_, true)) {
      log_warn("upkeep_broke_off", {{"why", trouble}, {"consequence", "it is tried again in a minute"}});
    }
    return Left::nothing;
  }

  void tell_removed() {
    const auto removed = upkeep_.take_removed();
    if (removed > 0) log_info("retention_removed", {{"leads", removed}});
  }

  // Constant after construction, or safe on its own.
  Current<outbox::UpkeepRules> rules_;
  const Clock& clock_;
  std::thread thread_;

  // The keeper's thread only.
  outbox::Upkeep upkeep_;
  bool in_trouble_ = false;

  // Guarded by mutex_.
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  bool stopping_ = false;
};

Keeper::Keeper(outbox::UpkeepRules rules, outbox::Committer& committer, const Clock& clock)
    : loop_(std::make_unique<Loop>(rules, committer, clock)) {}
Keeper::~Keeper() { stop(); }
void Keeper::start() { loop_->start(); }
void Keeper::wake() { loop_->wake(); }
void Keeper::reconfigure(outbox::UpkeepRules rules) { loop_->reconfigure(rules); }
void Keeper::stop() { loop_->stop(); }
void Keeper::run_once() { loop_->run_once(); }

}  // namespace leadspool::upkeep

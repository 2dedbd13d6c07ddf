#include "delivery/redriver.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/log.h"

namespace leadspool::delivery {
namespace {

using outbox::Failure;
using outbox::OpenRedrive;
using outbox::RedriveStep;

// Between two looks at what has become of those on their way.
constexpr Milliseconds kWatchPause{200};
constexpr Milliseconds kStorePause{1'000};

}  // namespace

Redriver::Redriver(outbox::Redrives& redrives, Inbox& inbox, const Clock& clock, WakeSignal& wake,
                   std::function<void()> on_due)
    : redrives_(redrives), inbox_(inbox), clock_(clock), wake_(wake), on_due_(std::move(on_due)) {}

void Redriver::advance(bool stopping) {
  if (stepping_ && stepping_->ended()) {
    auto ended = std::exchange(stepping_, std::nullopt);
    ended->result();
  }
  const bool is_time = looking_ || (next_step_ && *next_step_ <= clock_.steady_now());
  if (stopping || stepping_ || !is_time) return;
  looking_ = false;
  next_step_ = std::nullopt;
  stepping_.emplace(step_all());
  stepping_->start([this] { wake_.notify(); });
}

std::optional<SteadyTime> Redriver::next_look() const {
  if (stepping_) return std::nullopt;
  return looking_ ? clock_.steady_now() : next_step_;
}

// One step of each, so that none waits for another to be done.
Task<void> Redriver::step_all() {
  auto begin = [&](auto done) { redrives_.open(inbox_.forward(std::move(done))); };
  Callback<std::variant<std::vector<OpenRedrive>, Failure>> opening{begin};
  const auto result = co_await opening;
  if (const auto* failure = std::get_if<Failure>(&result)) {
    log_error("redrives_not_read", {{"why", failure->detail}});
    step_at(clock_.steady_now() + kStorePause);
    co_return;
  }
  const auto& open = std::get<std::vector<OpenRedrive>>(result);
  keep_paces(open);
  for (const auto& redrive : open) {
    auto stepping = step_one(redrive);
    co_await stepping;
  }
}

Task<void> Redriver::step_one(OpenRedrive redrive) {
  Pace& pace = paces_.at(redrive.id);
  const int limit = std::min(kMostAtOnce, pace.available(clock_.steady_now()));
  auto begin = [&](auto done) {
    redrives_.step(redrive.id, limit, kMostWaiting, clock_.now(), inbox_.forward(std::move(done)));
  };
  Callback<std::variant<RedriveStep, Failure>> stepping{begin};
  const auto result = co_await stepping;
  const auto now = clock_.steady_now();
  if (const auto* failure = std::get_if<Failure>(&result)) {
    log_error("redrive_step_failed", {{"redrive", to_string(redrive.id)}, {"why", failure->detail}});
    // It may have been stored all the same.
    pace.take(limit, now);
    on_due_();
    step_at(now + kStorePause);
    co_return;
  }
  const auto& step = std::get<RedriveStep>(result);
  pace.take(step.moved, now);
  if (step.moved > 0) on_due_();
  if (step.ended) {
    log_info("redrive_ended", {{"redrive", to_string(redrive.id)}});
  } else if (step.waits) {
    step_at(now + kWatchPause);
  } else {
    step_at(pace.next(now).value_or(now));
  }
}

void Redriver::keep_paces(const std::vector<OpenRedrive>& open) {
  std::erase_if(paces_, [&](const auto& pace) {
    return std::none_of(open.begin(), open.end(),
                        [&](const OpenRedrive& redrive) { return redrive.id == pace.first; });
  });
  for (const auto& redrive : open) paces_.try_emplace(redrive.id, redrive.rate_per_second);
}

void Redriver::step_at(SteadyTime moment) { next_step_ = std::min(next_step_.value_or(moment), moment); }

}  // namespace leadspool::delivery

#include "delivery/inbox.h"

#include <algorithm>

namespace leadspool::delivery {
namespace {

constexpr Milliseconds kStorePause{1'000};

}  // namespace

Task<void> Inbox::pause(Milliseconds span) {
  auto begin = [&](auto done) {
    later_.emplace(clock_.steady_now() + span, [done = std::move(done)] { done(true); });
  };
  Callback<bool> waiting{begin};
  co_await waiting;
}

Task<void> Inbox::until_stored(Change change) {
  for (;;) {
    auto begin = [&](auto done) { change(forward(std::move(done))); };
    Callback<outbox::CommitResult> changing{begin};
    const auto failure = co_await changing;
    if (!failure) co_return;
    auto pausing = pause(kStorePause);
    co_await pausing;
  }
}

void Inbox::run_all() {
  for (auto& call : shared_->take()) call();
  const auto now = clock_.steady_now();
  while (!later_.empty() && later_.begin()->first <= now) {
    auto call = std::move(later_.begin()->second);
    later_.erase(later_.begin());
    call();
  }
}

std::optional<Milliseconds> Inbox::until_next() const {
  if (!shared_->empty()) return Milliseconds{0};
  if (later_.empty()) return std::nullopt;
  return std::max(Milliseconds{0}, later_.begin()->first - clock_.steady_now());
}

void Inbox::forget_all() {
  shared_->close();
  later_.clear();
}

void Inbox::Shared::post(Call call) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  calls_.push_back(std::move(call));
  wake_.notify();
}

std::vector<Inbox::Call> Inbox::Shared::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(calls_, {});
}

bool Inbox::Shared::empty() {
  const std::lock_guard lock(mutex_);
  return calls_.empty();
}

void Inbox::Shared::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  calls_.clear();
}

}  // namespace leadspool::delivery

#include "delivery/destination_memory.h"

#include <utility>
#include <variant>

#include "base/log.h"

namespace leadspool::delivery {
namespace {

using outbox::Failure;
using ReadResult = outbox::OrFailure<DestinationRecord>;

// Between two tries to read what a broken store refused to tell.
constexpr Milliseconds kStorePause{1'000};

// Ended, it is out of the way before its result is looked at, since that may throw.
void reap(std::optional<Task<void>>& task) {
  if (!task || !task->ended()) return;
  auto ended = std::exchange(task, std::nullopt);
  ended->result();
}

}  // namespace

DestinationMemory::DestinationMemory(std::string destination, outbox::Claims& claims, Inbox& inbox,
                                     const Clock& clock, WakeSignal& wake)
    : destination_(std::move(destination)), claims_(claims), inbox_(inbox), clock_(clock), wake_(wake) {}

void DestinationMemory::advance(bool stopping) {
  stopping_ = stopping;
  reap(reading_);
  reap(writing_);
  if (must_read_ && !reading_ && !stopping) {
    must_read_ = false;
    reading_.emplace(read());
    reading_->start([this] { wake_.notify(); });
  }
  if (must_write() && !writing_) {
    writing_.emplace(write());
    writing_->start([this] { wake_.notify(); });
  }
}

std::optional<HealthView> DestinationMemory::view(int in_flight) const {
  if (!known_) return std::nullopt;
  const auto& record = health_.record();
  const bool is_working = health_.is_working();
  HealthView view;
  view.condition = record.condition;
  if (!is_working) view.since = record.since;
  view.next_probe = is_working ? health_.next_look(clock_.now()) : record.closed_until;
  view.reason = record.reason;
  view.in_flight = in_flight;
  view.pause = pause_;
  return view;
}

void DestinationMemory::give_up() {
  reading_.reset();
  writing_.reset();
}

Task<void> DestinationMemory::read() {
  auto begin = [&](auto done) { claims_.read_destination(destination_, inbox_.forward(std::move(done))); };
  while (!stopping_) {
    Callback<ReadResult> reading{begin};
    const auto result = co_await reading;
    if (const auto* record = std::get_if<DestinationRecord>(&result)) {
      adopt(*record);
      co_return;
    }
    log_error("destination_not_read",
              {{"destination", destination_}, {"why", std::get<Failure>(result).detail}});
    auto pausing = inbox_.pause(kStorePause);
    co_await pausing;
  }
  must_read_ = true;
}

Task<void> DestinationMemory::write() {
  const HealthRecord record = health_.record();
  auto change = [&](auto done) { claims_.write_health(destination_, record, std::move(done)); };
  auto writing = inbox_.until_stored(change);
  co_await writing;
  // A person may have spoken meanwhile, who counts for more.
  if (written_.orders <= record.orders) written_ = record;
}

void DestinationMemory::adopt(const DestinationRecord& stored) {
  pause_ = stored.pause;
  if (known_ && stored.health.orders <= health_.record().orders) return;

  // Every order is a pause or a resume.
  resumed_ = known_ && !pause_;
  const bool was_working = health_.is_working();
  health_ = DestinationHealth(stored.health, clock_.now());
  if (resumed_) was_working ? health_.begin_gently() : health_.take_as_mended();
  written_ = stored.health;
  known_ = true;
}

}  // namespace leadspool::delivery

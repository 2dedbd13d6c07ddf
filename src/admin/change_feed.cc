#include "admin/change_feed.h"

#include <algorithm>
#include <iterator>

namespace leadspool::admin {
namespace {

// So that add() never waits for a long copy.
constexpr std::uint64_t kMostAtATime = 250;

}  // namespace

void ChangeFeed::add(const std::vector<outbox::StoredChange>& changes) {
  if (changes.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    kept_.insert(kept_.end(), changes.begin(), changes.end());
    next_number_ += changes.size();
    if (kept_.size() > options_.most_kept) {
      kept_.erase(kept_.begin(), std::prev(kept_.end(), static_cast<std::ptrdiff_t>(options_.most_kept)));
    }
  }
  more_.notify_all();
}

std::unique_ptr<ChangeFeed::Reader> ChangeFeed::read(std::optional<std::uint64_t> after) {
  const std::lock_guard lock(mutex_);
  if (readers_ >= options_.most_readers) return nullptr;
  auto reader = std::make_unique<Reader>(*this, after.value_or(next_number_ - 1), generation_);
  ++readers_;
  return reader;
}

void ChangeFeed::end_readers() {
  {
    const std::lock_guard lock(mutex_);
    ++generation_;
  }
  more_.notify_all();
  over_.notify_all();
}

void ChangeFeed::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  more_.notify_all();
  over_.notify_all();
}

ChangeFeed::Reader::~Reader() {
  const std::lock_guard lock(feed_.mutex_);
  --feed_.readers_;
}

FeedPortion ChangeFeed::Reader::next(std::chrono::milliseconds longest) {
  std::unique_lock lock(feed_.mutex_);
  const auto is_over = [&] { return feed_.is_over(generation_); };
  if (!rested_) feed_.over_.wait_for(lock, feed_.options_.rest, is_over);
  feed_.more_.wait_for(lock, longest, [&] { return is_over() || after_ + 1 != feed_.next_number_; });

  FeedPortion portion;
  const std::uint64_t first_kept = feed_.next_number_ - feed_.kept_.size();
  // Also of a reader that is ahead: its number is not of this feed.
  portion.missed = after_ + 1 < first_kept || after_ + 1 > feed_.next_number_;
  if (portion.missed) after_ = first_kept - 1;
  const auto from = std::next(feed_.kept_.begin(), static_cast<std::ptrdiff_t>(after_ + 1 - first_kept));
  const std::uint64_t count = std::min(feed_.next_number_ - after_ - 1, kMostAtATime);
  portion.changes.assign(from, std::next(from, static_cast<std::ptrdiff_t>(count)));
  after_ += count;
  portion.last_number = after_;
  portion.ended = is_over();
  rested_ = !portion.missed && portion.changes.empty();
  return portion;
}

}  // namespace leadspool::admin

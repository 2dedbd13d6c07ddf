#include "http/failed_tries.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>

namespace leadspool::http {
namespace {

using std::chrono::seconds;

constexpr Milliseconds kPaidOffAfter = seconds{6};
constexpr int kFree = 10;
constexpr seconds kLongestDelay{10};
constexpr Milliseconds kHighestDebt = kPaidOffAfter * (kFree + kLongestDelay.count());
constexpr std::size_t kMostRecords = 4096;

}  // namespace

FailedTries::Cost FailedTries::note(std::string_view address) {
  // What is no address, a Unix socket's say, counts as one.
  const IpAddress site = IpAddress::parse(address).value_or(IpAddress{}).site();
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.steady_now();
  Record& record = record_of(site, now);
  const Milliseconds left = std::max(record.debt - (now - record.since), Milliseconds{0});
  record.debt = std::min(left + kPaidOffAfter, kHighestDebt);
  record.since = now;
  const std::int64_t beyond_free = record.debt / kPaidOffAfter - kFree;
  if (beyond_free <= 0) return {Milliseconds{0}, Milliseconds{0}};
  return {seconds{beyond_free}, record.debt - kPaidOffAfter * kFree + Milliseconds{1}};
}

FailedTries::Record& FailedTries::record_of(const IpAddress& site, SteadyTime now) {
  if (const auto known = by_site_.find(site); known != by_site_.end()) {
    records_.splice(records_.end(), records_, known->second);
    return records_.back();
  }
  if (records_.size() == kMostRecords) {
    by_site_.erase(records_.front().site);
    records_.pop_front();
  }
  records_.push_back({site, Milliseconds{0}, now});
  by_site_.emplace(site, std::prev(records_.end()));
  return records_.back();
}

}  // namespace leadspool::http

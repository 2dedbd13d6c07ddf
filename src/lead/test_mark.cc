#include "lead/test_mark.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace leadspool {
namespace {

constexpr std::string_view kMark = "MSFT_TEST_";
constexpr std::int64_t kTicksPerMs = 10'000;
// From 0001-01-01 to 1970-01-01.
constexpr std::int64_t kEpochTicks = 621'355'968'000'000'000;

std::optional<Time> time_of(std::string_view text) {
  if (!text.starts_with(kMark)) return std::nullopt;
  text.remove_prefix(kMark.size());
  std::int64_t ticks = 0;
  const auto wrong = std::from_chars(text.data(), text.data() + text.size(), ticks).ec;
  if (wrong != std::errc{} || ticks < kEpochTicks) return std::nullopt;
  const Time time = from_unix_ms((ticks - kEpochTicks) / kTicksPerMs);
  using std::chrono::sys_days;
  using namespace std::chrono_literals;
  return sys_days{2000y / 1 / 1} <= time && time < sys_days{2200y / 1 / 1} ? std::optional{time}
                                                                           : std::nullopt;
}

}  // namespace

const LeadField* find_test_mark(const LeadFields& fields) {
  const auto marked = std::find_if(kLeadFields.begin(), kLeadFields.end(), [&](const LeadField& field) {
    return (fields.*field.member).starts_with(kMark);
  });
  return marked != kLeadFields.end() ? &*marked : nullptr;
}

std::optional<Time> test_sent_at(const LeadFields& fields) {
  for (const LeadField& field : kLeadFields) {
    if (const auto time = time_of(fields.*field.member)) return time;
  }
  return std::nullopt;
}

}  // namespace leadspool

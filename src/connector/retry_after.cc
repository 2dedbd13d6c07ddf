#include "connector/retry_after.h"

#include <algorithm>
#include <array>

namespace leadspool::connector {
namespace {

constexpr std::string_view kDateForm = "Www, 00 Mmm 0000 00:00:00 GMT";
constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr Milliseconds kLongest = std::chrono::days{365};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Only for digits. Stops growing long before it could overflow.
std::int64_t to_number(std::string_view digits) {
  std::int64_t number = 0;
  for (const char digit : digits)
    number = std::min<std::int64_t>(number * 10 + (digit - '0'), 1'000'000'000'000);
  return number;
}

// Digits where the form has zeros, anything where it has letters, and else the very same character.
bool has_date_form(std::string_view value) {
  return std::equal(value.begin(), value.end(), kDateForm.begin(), kDateForm.end(), [](char c, char form) {
    if (form == '0') return is_digit(c);
    return c == form || form == 'W' || form == 'w' || form == 'M' || form == 'm';
  });
}

std::optional<Time> parse_http_date(std::string_view value) {
  if (!has_date_form(value)) return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), value.substr(8, 3));
  if (month == kMonths.end() || std::find(kDays.begin(), kDays.end(), value.substr(0, 3)) == kDays.end()) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{
      std::chrono::year{static_cast<int>(to_number(value.substr(12, 4)))},
      std::chrono::month{static_cast<unsigned>(month - kMonths.begin()) + 1},
      std::chrono::day{static_cast<unsigned>(to_number(value.substr(5, 2)))}};
  const std::chrono::hours hour{to_number(value.substr(17, 2))};
  const std::chrono::minutes minute{to_number(value.substr(20, 2))};
  const std::chrono::seconds second{to_number(value.substr(23, 2))};
  if (!date.ok() || hour.count() > 23 || minute.count() > 59 || second.count() > 60) return std::nullopt;
  return Time{std::chrono::sys_days{date}.time_since_epoch() + hour + minute + second};
}

}  // namespace

std::optional<Milliseconds> parse_retry_after(std::string_view value, Time now) {
  while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
  while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
  if (value.empty()) return std::nullopt;
  if (std::all_of(value.begin(), value.end(), is_digit)) {
    return std::min<Milliseconds>(std::chrono::seconds{to_number(value)}, kLongest);
  }
  const auto date = parse_http_date(value);
  if (!date || *date <= now) return std::nullopt;
  return std::min<Milliseconds>(*date - now, kLongest);
}

}  // namespace leadspool::connector

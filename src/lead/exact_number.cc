#include "lead/exact_number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>

namespace leadspool {
namespace {

// A number's value apart from how it is written: 0.digits * 10^exponent, without zeros at either end.
struct Decimal {
  std::string digits;  // empty: zero
  long exponent = 0;

  bool operator==(const Decimal&) const = default;
};

// The exponent that is written after the e; the same one for all that are absurd.
long read_exponent(std::string_view text) {
  const auto e = text.find_first_of("eE");
  if (e == std::string_view::npos) return 0;
  constexpr long kAbsurd = 1'000'000'000;
  return std::clamp(std::strtol(std::string(text.substr(e + 1)).c_str(), nullptr, 10), -kAbsurd, kAbsurd);
}

Decimal read_decimal(std::string_view text) {
  Decimal decimal{.digits = {}, .exponent = read_exponent(text)};
  bool after_point = false;
  for (const char c : text.substr(0, text.find_first_of("eE"))) {
    if (c == '-') continue;
    if (c == '.') {
      after_point = true;
    } else if (!decimal.digits.empty() || c != '0') {
      decimal.digits += c;
      if (!after_point) ++decimal.exponent;
    } else if (after_point) {
      --decimal.exponent;
    }
  }
  while (decimal.digits.ends_with('0')) decimal.digits.pop_back();
  if (decimal.digits.empty()) decimal.exponent = 0;
  return decimal;
}

}  // namespace

bool is_exact_number(std::string_view text) {
  double value = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (wrong != std::errc{} || !std::isfinite(value)) return false;
  std::array<char, 32> shortest;
  const auto written = std::to_chars(shortest.data(), shortest.data() + shortest.size(), value);
  return read_decimal(text) == read_decimal({shortest.data(), written.ptr});
}

}  // namespace leadspool

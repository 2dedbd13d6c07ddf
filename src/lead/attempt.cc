#include "lead/attempt.h"

#include <array>
#include <utility>

namespace leadspool {
namespace {

constexpr std::array<std::pair<Outcome, std::string_view>, 6> kOutcomeNames{{
    {Outcome::delivered, "delivered"},
    {Outcome::rejected, "rejected"},
    {Outcome::unavailable, "unavailable"},
    {Outcome::misconfigured, "misconfigured"},
    {Outcome::ambiguous, "ambiguous"},
    {Outcome::interrupted, "interrupted"},
}};

}  // namespace

std::string_view to_string(Outcome outcome) {
  for (const auto& [value, name] : kOutcomeNames) {
    if (value == outcome) return name;
  }
  return "";
}

std::optional<Outcome> parse_outcome(std::string_view text) {
  for (const auto& [value, name] : kOutcomeNames) {
    if (name == text) return value;
  }
  return std::nullopt;
}

}  // namespace leadspool

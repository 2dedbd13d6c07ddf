#include "base/utf8.h"

#include <cstdint>

namespace leadspool {
namespace {

// What may follow a lead byte: how many bytes, and the range of the first of them. The narrowed ranges are
// what keeps out longer-than-needed forms (E0, F0), surrogates (ED) and what lies beyond U+10FFFF (F4).
struct Sequence {
  std::size_t following = 0;  // 0: not a lead byte
  std::uint8_t second_from = 0x80;
  std::uint8_t second_to = 0xBF;
};

Sequence sequence_of(std::uint8_t lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return {1};
  if (lead == 0xE0) return {2, 0xA0, 0xBF};
  if (lead == 0xED) return {2, 0x80, 0x9F};
  if (lead >= 0xE1 && lead <= 0xEF) return {2};
  if (lead == 0xF0) return {3, 0x90, 0xBF};
  if (lead >= 0xF1 && lead <= 0xF3) return {3};
  if (lead == 0xF4) return {3, 0x80, 0x8F};
  return {};
}

bool is_between(char byte, std::uint8_t from, std::uint8_t to) {
  const auto value = static_cast<std::uint8_t>(byte);
  return from <= value && value <= to;
}

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto lead = static_cast<std::uint8_t>(text[at]);
    if (lead < 0x80) continue;
    const auto [following, second_from, second_to] = sequence_of(lead);
    if (following == 0 || text.size() - at <= following) return at;
    if (!is_between(text[at + 1], second_from, second_to)) return at;
    for (std::size_t i = 2; i <= following; ++i) {
      if (!is_between(text[at + i], 0x80, 0xBF)) return at;
    }
    at += following;
  }
  return std::nullopt;
}

}  // namespace leadspool

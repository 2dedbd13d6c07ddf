#include "simulator/lead_body.h"

#include <nlohmann/json.hpp>

namespace leadspool::simulator {
namespace {

// Deeper bodies are no leads.
constexpr int kMaxDepth = 64;

}  // namespace

bool is_lead_body(std::string_view body) {
  using Json = nlohmann::json;
  bool too_deep = false;
  const auto watch_depth = [&](int depth, Json::parse_event_t, Json&) {
    too_deep |= depth > kMaxDepth;
    return !too_deep;
  };
  return Json::parse(body, watch_depth, false).is_object() && !too_deep;
}

std::size_t utf16_length(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool begins_character = (byte & 0xC0U) != 0x80U;
    units += begins_character ? 1 : 0;
    units += byte >= 0xF0U ? 1 : 0;
  }
  return units;
}

}  // namespace leadspool::simulator

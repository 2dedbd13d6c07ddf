#include "connector/payload_reader.h"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "base/gzip.h"
#include "base/text.h"
#include "lead/lead_parser.h"

namespace leadspool::connector {
namespace {

using Json = nlohmann::ordered_json;

// As much as a source may be allowed to send.
constexpr std::size_t kLongestUnpacked = 16 * 1024 * 1024;  // bytes

// Without what lies deeper than a lead may: writing that down as text could overflow the stack.
Json parse_json(std::string_view text) {
  constexpr int kDeepest = static_cast<int>(kDeepestNesting);
  return Json::parse(
      text, [](int depth, Json::parse_event_t, const Json&) { return depth <= kDeepest; }, false);
}

Json parse_payload(std::string_view payload) {
  Json parsed = parse_json(payload);
  if (!parsed.is_discarded()) return parsed;
  const auto unpacked = unpack(payload, kLongestUnpacked);
  const auto* text = std::get_if<std::string>(&unpacked);
  return text != nullptr ? parse_json(*text) : Json();
}

const Json* find_element(const Json& array, std::string_view number) {
  std::size_t index = 0;
  const auto [end, wrong] = std::from_chars(number.data(), number.data() + number.size(), index);
  const bool is_number = wrong == std::errc{} && end == number.data() + number.size();
  return is_number && index < array.size() ? &array[index] : nullptr;
}

// A key in the very case goes before one in another.
const Json* find_member(const Json& object, const std::string& key) {
  if (const auto exact = object.find(key); exact != object.end()) return &*exact;
  for (auto member = object.begin(); member != object.end(); ++member) {
    if (equal_in_any_case(member.key(), key)) return &*member;
  }
  return nullptr;
}

}  // namespace

struct PayloadReader::Parsed {
  Json json;
};

PayloadReader::PayloadReader(std::string_view payload) : payload_(payload) {}
PayloadReader::~PayloadReader() = default;

std::string PayloadReader::text_at(const std::vector<std::string>& path) const {
  if (!parsed_) parsed_ = std::make_unique<Parsed>(Parsed{parse_payload(payload_)});
  const Json* place = &parsed_->json;
  for (const std::string& name : path) {
    place = place->is_object()  ? find_member(*place, name)
            : place->is_array() ? find_element(*place, name)
                                : nullptr;
    if (place == nullptr) return {};
  }
  if (place->is_string()) return place->get<std::string>();
  if (place->is_null() || place->is_discarded()) return {};
  return place->dump();
}

}  // namespace leadspool::connector

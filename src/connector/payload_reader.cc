#include "connector/payload_reader.h"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "base/gzip.h"
#include "base/text.h"
#include "lead/lead_parser.h"

namespace leadspool::connector {
namespace {

// Sorted, and not as it stood: reading a table that keeps its order takes the square of its members.
using Json = nlohmann::json;

// As much as a source may be allowed to send.
constexpr std::size_t kLongestUnpacked = 16 * 1024 * 1024;  // bytes

void empty_below(Json& place, std::size_t levels) {
  if (!place.is_structured()) return;
  if (levels == 0) return place.clear();
  for (Json& each : place) empty_below(each, levels - 1);
}

// Without what lies deeper than a lead may: writing that down as text could overflow the stack. The reader's
// own callbacks would do it, but take the square of the elements.
Json parse_json(std::string_view text) {
  Json parsed = Json::parse(text, nullptr, false);
  empty_below(parsed, kDeepestNesting);
  return parsed;
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

// Null when there is nothing.
const Json* find_place(const Json& json, const std::vector<std::string>& path) {
  const Json* place = &json;
  for (const std::string& name : path) {
    place = place->is_object()  ? find_member(*place, name)
            : place->is_array() ? find_element(*place, name)
                                : nullptr;
    if (place == nullptr) return nullptr;
  }
  return place;
}

}  // namespace

struct PayloadReader::Parsed {
  Json json;
};

PayloadReader::PayloadReader(std::string_view payload) : payload_(payload) {}
PayloadReader::~PayloadReader() = default;

const PayloadReader::Parsed& PayloadReader::parsed() const {
  if (!parsed_) parsed_ = std::make_unique<Parsed>(Parsed{parse_payload(payload_)});
  return *parsed_;
}

std::string PayloadReader::text_at(const std::vector<std::string>& path) const {
  const Json* const place = find_place(parsed().json, path);
  if (place == nullptr || place->is_null() || place->is_discarded()) return {};
  return place->is_string() ? place->get<std::string>() : place->dump();
}

std::size_t PayloadReader::length_at(const std::vector<std::string>& path) const {
  const Json* const place = find_place(parsed().json, path);
  return place != nullptr && place->is_array() ? place->size() : 0;
}

}  // namespace leadspool::connector

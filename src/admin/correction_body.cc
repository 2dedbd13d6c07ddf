#include "admin/correction_body.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "admin/answers.h"
#include "admin/proposal.h"
#include "admin/reason.h"

namespace leadspool::admin {
namespace {

using Texts = std::map<std::string, std::string, std::less<>>;

constexpr std::array<std::string_view, 2> kDestinationAndReason{"destination", "reason"};
constexpr std::array<std::string_view, 1> kReason{"reason"};

// The members given, which are all among `known` and text.
std::variant<Texts, http::Error> parse_texts(std::string_view body, std::span<const std::string_view> known,
                                             const std::string& example) {
  Texts texts;
  if (body.empty()) return texts;

  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object()) return bad_body("The body must be empty or a JSON object like " + example + ".");
  for (const auto& [name, value] : json.items()) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return bad_body("Unknown member \"" + name + "\" in the body" + what_is_known(name, known));
    }
    if (value.is_null()) continue;
    if (!value.is_string()) return bad_body("\"" + name + "\" must be text.");
    texts.emplace(name, value.get<std::string>());
    if (name == "reason" && is_too_long_a_reason(texts[name])) {
      return bad_body("\"reason\" " + kReasonTooLong + ".");
    }
  }
  return texts;
}

}  // namespace

std::variant<CorrectionBody, http::Error> parse_correction_body(std::string_view body) {
  auto parsed = parse_texts(body, kDestinationAndReason, R"({"destination":"...","reason":"..."})");
  if (auto* error = std::get_if<http::Error>(&parsed)) return std::move(*error);
  auto& texts = std::get<Texts>(parsed);
  CorrectionBody correction;
  correction.reason = texts["reason"];
  if (const auto destination = texts.find("destination"); destination != texts.end()) {
    if (destination->second.empty()) {
      return bad_body("\"destination\" must not be empty; leave it out to mean every destination.");
    }
    correction.destination = destination->second;
  }
  return correction;
}

std::variant<std::string, http::Error> parse_reason_body(std::string_view body) {
  auto parsed = parse_texts(body, kReason, R"({"reason":"..."})");
  if (auto* error = std::get_if<http::Error>(&parsed)) return std::move(*error);
  return std::get<Texts>(parsed)["reason"];
}

}  // namespace leadspool::admin

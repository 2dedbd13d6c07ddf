#include "admin/correction_body.h"

#include <nlohmann/json.hpp>

#include "admin/answers.h"

namespace leadspool::admin {
std::variant<CorrectionBody, http::Error> parse_correction_body(std::string_view body) {
  CorrectionBody correction;
  if (body.empty()) return correction;

  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object()) {
    return bad_body(
        "The body must be empty or a JSON object like {\"destination\":\"...\",\"reason\":\"...\"}.");
  }
  for (const auto& [name, value] : json.items()) {
    if (name != "destination" && name != "reason") {
      return bad_body("Unknown member \"" + name + "\" in the body; known are destination, reason.");
    }
    if (value.is_null()) continue;
    if (!value.is_string()) return bad_body("\"" + name + "\" must be text.");
    if (name == "reason") {
      correction.reason = value.get<std::string>();
    } else {
      correction.destination = value.get<std::string>();
    }
  }
  if (correction.destination && correction.destination->empty()) {
    return bad_body("\"destination\" must not be empty; leave it out to mean every destination.");
  }
  return correction;
}

}  // namespace leadspool::admin

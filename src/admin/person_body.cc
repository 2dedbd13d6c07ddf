#include "admin/person_body.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include <nlohmann/json.hpp>

#include "admin/answers.h"
#include "admin/proposal.h"
#include "admin/reason.h"
#include "base/text.h"

namespace leadspool::admin {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 3> kMembers{"email", "reason", "dry_run"};

// What is wrong with the value, as the end of a sentence that begins with the member's name; nullopt:
// nothing.
std::optional<std::string> take_member(const std::string& name, const Json& value, PersonBody& body) {
  if (name == "dry_run") {
    if (!value.is_boolean()) return "must be true or false";
    body.dry_run = value.get<bool>();
    return std::nullopt;
  }
  if (!value.is_string()) return "must be text";
  (name == "email" ? body.email : body.reason) = value.get<std::string>();
  if (is_too_long_a_reason(body.reason)) return kReasonTooLong;
  return std::nullopt;
}

// Something on both sides of the "@", and no blank: less would mean other people too.
bool is_address(std::string_view text) {
  const auto at = text.rfind('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find_first_of(" \t\r\n") == std::string_view::npos && text.find('\0') == std::string_view::npos;
}

}  // namespace

std::variant<PersonBody, http::Error> parse_person_body(std::string_view text, DryRun dry_run) {
  const std::span known(kMembers.data(), dry_run == DryRun::possible ? 3 : 2);
  // Text that is not UTF-8 is no JSON for this reader.
  const auto json = Json::parse(text, nullptr, false);
  if (!json.is_object()) {
    return bad_body(
        "The body must be a JSON object (in UTF-8) like "
        R"({"email":"anna@contoso.com","reason":"..."}.)");
  }
  PersonBody body;
  for (const auto& [name, value] : json.items()) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return bad_body("Unknown member \"" + name + "\" in the body" + what_is_known(name, known));
    }
    if (value.is_null()) continue;
    if (const auto complaint = take_member(name, value, body)) {
      return bad_body("\"" + name + "\" " + *complaint + ".");
    }
  }
  body.email = std::string(trimmed(body.email));
  if (!is_address(body.email)) {
    return bad_body("\"email\" must be the whole e-mail address of a person, like anna@contoso.com.");
  }
  return body;
}

}  // namespace leadspool::admin

#include "admin/revision_body.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "admin/answers.h"
#include "admin/proposal.h"
#include "admin/reason.h"
#include "lead/lead_parser.h"

namespace leadspool::admin {
namespace {

using Json = nlohmann::json;
// What is wrong with the body, for a person; nullopt: nothing.
using Complaint = std::optional<std::string>;

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

Complaint take_change(const std::string& name, const Json& value, std::vector<FieldChange>& changes) {
  const LeadField* const field = find_lead_field(name);
  if (field == nullptr)
    return "There is no field " + in_quotes(name) + what_is_known(name, names_of(kLeadFields));
  const auto same_field = [&](const FieldChange& other) { return other.field == field; };
  if (std::any_of(changes.begin(), changes.end(), same_field)) {
    return "\"changes\" has " + std::string(field->name) + " more than once.";
  }
  if (!value.is_null() && !value.is_string()) return in_quotes(name) + " must be text, or null to blank it.";
  std::string text = value.is_null() ? std::string{} : value.get<std::string>();
  if (text.size() > kLongestText) {
    return in_quotes(name) + " is longer than " + std::to_string(kLongestText) + " bytes.";
  }
  if (text.find('\0') != std::string::npos) return in_quotes(name) + " holds the character U+0000.";
  changes.push_back({field, std::move(text)});
  return std::nullopt;
}

Complaint take_changes(const Json& value, RevisionBody& revision) {
  if (!value.is_object()) return "\"changes\" must be an object of field to text.";
  for (const auto& [name, text] : value.items()) {
    if (auto complaint = take_change(name, text, revision.changes)) return complaint;
  }
  return std::nullopt;
}

Complaint take_payload(const Json& value, RevisionBody& revision) {
  if (!value.is_string()) return "\"payload\" must be text: the whole new body, as one JSON text.";
  revision.payload = value.get<std::string>();
  return std::nullopt;
}

Complaint take_reason(const Json& value, RevisionBody& revision) {
  if (!value.is_string()) return "\"reason\" must be text.";
  revision.reason = value.get<std::string>();
  if (is_too_long_a_reason(revision.reason)) return "\"reason\" " + kReasonTooLong + ".";
  return std::nullopt;
}

Complaint take_redrive(const Json& value, RevisionBody& revision) {
  if (!value.is_boolean()) return "\"redrive\" must be true or false.";
  revision.redrive = value.get<bool>();
  return std::nullopt;
}

struct Member {
  std::string_view name;
  Complaint (*take)(const Json& value, RevisionBody& revision);
};

constexpr std::array<Member, 4> kMembers{{{"changes", take_changes},
                                          {"payload", take_payload},
                                          {"reason", take_reason},
                                          {"redrive", take_redrive}}};

Complaint take_member(const std::string& name, const Json& value, RevisionBody& revision) {
  const auto member =
      std::find_if(kMembers.begin(), kMembers.end(), [&](const Member& each) { return each.name == name; });
  if (member != kMembers.end()) return value.is_null() ? std::nullopt : member->take(value, revision);
  return "Unknown member " + in_quotes(name) + " in the body" + what_is_known(name, names_of(kMembers));
}

}  // namespace

std::variant<RevisionBody, http::Error> parse_revision_body(std::string_view body) {
  RevisionBody revision;
  if (body.empty()) return revision;

  // Text that is not UTF-8 is no JSON for this reader.
  const auto json = Json::parse(body, nullptr, false);
  if (!json.is_object()) {
    return bad_body(
        "The body must be a JSON object (in UTF-8) like "
        "{\"changes\":{\"email\":\"...\"},\"reason\":\"...\"}.");
  }
  for (const auto& [name, value] : json.items()) {
    if (auto complaint = take_member(name, value, revision)) return bad_body(std::move(*complaint));
  }
  return revision;
}

}  // namespace leadspool::admin

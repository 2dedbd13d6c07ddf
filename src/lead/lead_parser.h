// Reads a lead out of whatever body the sender posted, as liberally as can be done without guessing: key
// names in any case, a BOM, any Content-Type, nulls, blanks, missing and unknown fields, numbers and truths
// as text.
//
// What would need a guess is unreadable: the same field twice, a field that is an object, a text that JSON or
// UTF-8 does not allow. Memory and time are linear in the body, whatever is in it.
//
// Thread-safety: pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "lead/lead.h"

namespace leadspool {

// What a body may begin with.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The body holds nothing but white space, if that: the documented way of testing the URL.
struct EmptyBody {};

// The body is not a lead; the lead is quarantined.
struct Unreadable {
  // "invalid_utf8", "nul_byte", "not_json", "not_an_object", "too_deep", "duplicate_key", "not_text",
  // "too_long", "inexact_number" or "no_known_field".
  std::string code;
  std::string message;  // where and why, for a person; never quotes the body
};

// Objects and arrays inside one another, the outermost included.
inline constexpr std::size_t kDeepestNesting = 32;
// Of a field, in bytes.
inline constexpr std::size_t kLongestText = 16 * 1024;

struct ReadableLead {
  LeadFields fields;
  // Alike for bodies that say the same, whatever the order of their keys, the case of the known ones, their
  // white space, their nulls and blanks; unknown fields count. Empty without a name, an email and a phone:
  // then nothing tells one person from another of the same company or country (the marketplace blanks the
  // details of people of schools), so that there is nothing to compare.
  // Personal data: to be hashed, not kept.
  std::string content;
};

[[nodiscard]] std::variant<ReadableLead, EmptyBody, Unreadable> parse_lead(std::string_view body);

}  // namespace leadspool

// What can be read out of a CRM's answer without knowing the CRM.
//
// The answer is never trusted: it may be anything at all, of any encoding, and cut off anywhere.
//
// Thread-safety: pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace leadspool::connector {

inline constexpr std::size_t kLongestExcerpt = 20 * 1024;  // bytes
inline constexpr std::size_t kLongestWords = 300;          // characters
inline constexpr std::size_t kLongestRemoteId = 200;       // characters

// All of it on one line, without control characters; empty where the answer says nothing. Read are JSON, with
// names in any case, the faults of SOAP and OData in XML, plain text and, of a page of HTML, its title.
struct CrmAnswer {
  std::string words;  // why it refused: error.message, message, errors[0].message and the like
  std::string field;  // that it found fault with: field, fields[0], errors[0].field, the name in errors{} ...
  std::string remote_id;  // `id`, text or number
};

[[nodiscard]] CrmAnswer read_crm_answer(std::string_view body);

// The text or number at `pointer` (RFC 6901) in a body that is JSON, on one line; empty when there is none.
[[nodiscard]] std::string remote_id_at(std::string_view body, std::string_view pointer);

// Empty is one: all of the document.
[[nodiscard]] bool is_json_pointer(std::string_view text);

// The start of `body` as valid UTF-8 without NUL: what is not, becomes U+FFFD.
[[nodiscard]] std::string excerpt(std::string_view body);

}  // namespace leadspool::connector

// What the body of a request says: unpacked if it is compressed, parsed, and held against the source's
// schema.
//
// Thread-safety: pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/message.h"
#include "lead/lead_parser.h"
#include "receiver/lead_schema.h"

namespace leadspool::receiver {

// A lead that could be read, but is not as its source's schema wants it.
struct SchemaViolation {
  LeadFields fields;
  Unreadable why;  // code "schema_violation"
};

// Unpacked, the body is longer than allowed.
struct UnpacksTooLarge {};

using BodyReading = std::variant<ReadableLead, EmptyBody, Unreadable, SchemaViolation, UnpacksTooLarge>;

// What is compressed as Content-Encoding says (gzip, x-gzip or deflate) is unpacked, to at most `max_bytes`.
// Codes beside those of Unreadable: "not_unpackable" and "unknown_encoding". `schema` may be null.
[[nodiscard]] BodyReading read_body(std::string_view body, const std::vector<http::Header>& headers,
                                    std::size_t max_bytes, const LeadSchema* schema);

}  // namespace leadspool::receiver

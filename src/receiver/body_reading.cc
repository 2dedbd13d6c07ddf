#include "receiver/body_reading.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/gzip.h"
#include "base/text.h"
#include "receiver/sender_headers.h"

namespace leadspool::receiver {
namespace {

constexpr std::array<std::string_view, 3> kUnpackable{"gzip", "x-gzip", "deflate"};

bool is_unpackable(std::string_view encoding) {
  return std::any_of(kUnpackable.begin(), kUnpackable.end(),
                     [&](std::string_view known) { return equal_in_any_case(encoding, known); });
}

BodyReading read_text(std::string_view text, const LeadSchema* schema) {
  auto parsed = parse_lead(text);
  if (auto* lead = std::get_if<ReadableLead>(&parsed)) {
    auto violation = schema != nullptr ? schema->find_violation(text) : std::nullopt;
    if (!violation) return std::move(*lead);
    return SchemaViolation{std::move(lead->fields), {"schema_violation", std::move(*violation)}};
  }
  if (auto* unreadable = std::get_if<Unreadable>(&parsed)) return std::move(*unreadable);
  return EmptyBody{};
}

}  // namespace

BodyReading read_body(std::string_view body, const std::vector<http::Header>& headers, std::size_t max_bytes,
                      const LeadSchema* schema) {
  const auto encodings = content_encodings(headers);
  if (encodings.empty() || body.empty()) return read_text(body, schema);
  if (encodings.size() > 1 || !is_unpackable(encodings.front())) {
    return Unreadable{"unknown_encoding",
                      "the body is encoded in a way that is not known here: Content-Encoding may be gzip or "
                      "deflate, once"};
  }
  const auto unpacked = unpack(body, max_bytes);
  if (std::holds_alternative<TooLarge>(unpacked)) return UnpacksTooLarge{};
  if (std::holds_alternative<NotPacked>(unpacked)) {
    return Unreadable{"not_unpackable",
                      "the body is not compressed as its Content-Encoding says, or is damaged"};
  }
  return read_text(std::get<std::string>(unpacked), schema);
}

}  // namespace leadspool::receiver

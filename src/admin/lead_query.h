// The query of GET /api/v1/leads as a value.
//
//   state         one of the delivery states      destination, cause, source   any text
//   disposition   one of the dispositions         from, to      RFC 3339; received at or after, before
//   unrouted      true: only leads that no destination wants
//   q             what a person types to find leads (outbox/lead_search.h)
//   masked        true: personal data is masked (lead_masking.h)
//   limit         1 to 500 (default 50)           cursor        a `next_cursor` of the answer before
//
// An empty value counts as not given, so a form may send all its fields.
//
// A lead, its payload and a preview have a query as well:
//
//   masked        as above
//   revision      a number from 1; absent: the body as received
//   lead, since   a lead's id, or RFC 3339: received at or after; absent both: the newest lead
//   limit, cursor as above, of leads looked at
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/message.h"
#include "lead/lead.h"
#include "outbox/reader.h"

namespace leadspool::admin {

struct LeadQuery {
  outbox::LeadFilter filter;
  bool masked = false;
  int limit = 50;
  std::optional<std::int64_t> before;
};

// Which leads are previewed: `lead`, or those since `since`, or the newest.
struct PreviewQuery {
  std::optional<Uuid> lead;
  std::optional<Time> since;
  int limit = 50;
  std::int64_t after = 0;
};

// The names of the parameters that tell which leads, and how they are shown: those of an export.
[[nodiscard]] std::vector<std::string_view> lead_filter_parameters();
// Those, "limit" and "cursor".
[[nodiscard]] std::vector<std::string_view> lead_query_parameters();

// An error names the parameter and what it takes. Parameters that are not ours are left alone.
[[nodiscard]] std::variant<LeadQuery, http::Error> parse_lead_query(const http::Request& request);

// The number of the revision whose payload is wanted, if any.
[[nodiscard]] std::variant<std::optional<int>, http::Error> parse_revision_query(
    const http::Request& request);

// Whether personal data is to be masked.
[[nodiscard]] std::variant<bool, http::Error> parse_masked_query(const http::Request& request);

[[nodiscard]] std::vector<std::string_view> preview_query_parameters();
[[nodiscard]] std::variant<PreviewQuery, http::Error> parse_preview_query(const http::Request& request);

// A LeadPage::next_before as the opaque text that `cursor` takes.
[[nodiscard]] std::string make_cursor(std::int64_t before);
// The same of a LeadPortion::next_after.
[[nodiscard]] std::string make_cursor_after(std::int64_t after);

}  // namespace leadspool::admin

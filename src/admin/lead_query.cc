#include "admin/lead_query.h"

#include <utility>

#include "admin/answers.h"
#include "admin/parameters.h"
#include "base/digest.h"
#include "base/time.h"
#include "lead/delivery.h"

namespace leadspool::admin {
namespace {

const std::string kSearchTakes =
    "words of a name, a company, an offer or the body, an e-mail address or its beginning, or a domain like "
    "@contoso.com";
const std::string kMaskedTakes = "true, or nothing to show personal data";
const std::string kCursorTakes = "a next_cursor of an earlier answer, unchanged";
// Tell our cursors from other texts, and from each other.
constexpr std::string_view kBefore = "before:";
constexpr std::string_view kAfter = "after:";

std::optional<std::int64_t> parse_cursor(std::string_view text, std::string_view mark) {
  const auto plain = from_hex(text);
  if (!plain || !plain->starts_with(mark)) return std::nullopt;
  return parse_number<std::int64_t>(std::string_view(*plain).substr(mark.size()));
}

std::string cursor_of(std::string_view mark, std::int64_t number) {
  const std::string plain = std::string(mark) + std::to_string(number);
  const std::vector<std::uint8_t> bytes(plain.begin(), plain.end());
  return to_hex(bytes);
}

// Takes a parameter's value into the query; false when the value is not one it takes.
using Take = bool (*)(std::string_view text, LeadQuery& query);

struct Parameter {
  std::string_view name;
  std::string takes;
  Take take;
};

template <auto member>
bool take_text(std::string_view text, LeadQuery& query) {
  query.filter.*member = std::string(text);
  return true;
}

template <auto member, auto parse>
bool take_parsed(std::string_view text, LeadQuery& query) {
  query.filter.*member = parse(text);
  return (query.filter.*member).has_value();
}

bool take_unrouted(std::string_view text, LeadQuery& query) {
  query.filter.unrouted = text == "true";
  return query.filter.unrouted;
}

bool take_masked(std::string_view text, LeadQuery& query) {
  query.masked = text == "true";
  return query.masked;
}

bool take_search(std::string_view text, LeadQuery& query) {
  query.filter.search = outbox::parse_lead_search(text);
  return query.filter.search.has_value();
}

// Which leads, and how they are shown.
const std::vector<Parameter>& parameters() {
  using Filter = outbox::LeadFilter;
  static const std::vector<Parameter> kParameters{
      {"state", one_of(kStates), take_parsed<&Filter::state, parse_state>},
      {"source", "a source's name", take_text<&Filter::source>},
      {"destination", "a destination's name", take_text<&Filter::destination>},
      {"cause", "a dead letter's cause", take_text<&Filter::cause>},
      {"disposition", one_of(kDispositions), take_parsed<&Filter::disposition, parse_disposition>},
      {"from", kTimeTakes, take_parsed<&Filter::from, from_rfc3339>},
      {"to", kTimeTakes, take_parsed<&Filter::to, from_rfc3339>},
      {"unrouted", "true, or nothing for all leads", take_unrouted},
      {"q", kSearchTakes, take_search},
      {"masked", kMaskedTakes, take_masked},
  };
  return kParameters;
}

}  // namespace

std::vector<std::string_view> lead_filter_parameters() {
  std::vector<std::string_view> names;
  for (const auto& parameter : parameters()) names.push_back(parameter.name);
  return names;
}

std::vector<std::string_view> lead_query_parameters() {
  auto names = lead_filter_parameters();
  names.insert(names.end(), {"limit", "cursor"});
  return names;
}

std::variant<LeadQuery, http::Error> parse_lead_query(const http::Request& request) {
  LeadQuery query;
  for (const auto& parameter : parameters()) {
    const auto value = given(request, parameter.name);
    if (value && !parameter.take(*value, query)) return bad_value(parameter.name, parameter.takes);
  }
  const auto limit = parse_limit_query(request);
  if (const auto* error = std::get_if<http::Error>(&limit)) return *error;
  query.limit = std::get<int>(limit);
  if (const auto cursor = given(request, "cursor")) {
    query.before = parse_cursor(*cursor, kBefore);
    if (!query.before) return bad_value("cursor", kCursorTakes);
  }
  return query;
}

std::variant<bool, http::Error> parse_masked_query(const http::Request& request) {
  LeadQuery query;
  const auto value = given(request, "masked");
  if (value && !take_masked(*value, query)) return bad_value("masked", kMaskedTakes);
  return query.masked;
}

std::variant<std::optional<int>, http::Error> parse_revision_query(const http::Request& request) {
  const auto value = given(request, "revision");
  if (!value) return std::nullopt;
  const auto number = parse_number<int>(*value);
  if (!number || *number < 1) return bad_value("revision", "the number of a revision, from 1");
  return number;
}

std::vector<std::string_view> preview_query_parameters() { return {"lead", "since", "limit", "cursor"}; }

std::variant<PreviewQuery, http::Error> parse_preview_query(const http::Request& request) {
  PreviewQuery query;
  const auto limit = parse_limit_query(request);
  if (const auto* error = std::get_if<http::Error>(&limit)) return *error;
  query.limit = std::get<int>(limit);
  if (const auto id = given(request, "lead")) {
    query.lead = parse_uuid(*id);
    if (!query.lead) return no_such_lead();
  }
  if (const auto since = given(request, "since")) {
    query.since = from_rfc3339(*since);
    if (!query.since) return bad_value("since", kTimeTakes);
  }
  if (const auto cursor = given(request, "cursor")) {
    const auto after = parse_cursor(*cursor, kAfter);
    if (!after) return bad_value("cursor", kCursorTakes);
    query.after = *after;
  }
  if (query.lead && query.since) {
    return bad_parameter("since", "Give \"lead\" for one lead, or \"since\" for many, but not both.");
  }
  return query;
}

std::string make_cursor(std::int64_t before) { return cursor_of(kBefore, before); }

std::string make_cursor_after(std::int64_t after) { return cursor_of(kAfter, after); }

}  // namespace leadspool::admin

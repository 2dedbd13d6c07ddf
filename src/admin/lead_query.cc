#include "admin/lead_query.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "admin/answers.h"
#include "base/digest.h"
#include "base/time.h"
#include "lead/delivery.h"

namespace leadspool::admin {
namespace {

constexpr int kMaxLimit = 500;
const std::string kLimitTakes = "a whole number from 1 to " + std::to_string(kMaxLimit);
// A "+" in a query is a space, which is how most wrong times come about.
const std::string kTimeTakes =
    "a time like 2026-01-31T09:30:00Z (RFC 3339; a \"+\" in an offset is written %2B)";
const std::string kCursorTakes = "a next_cursor of an earlier answer, unchanged";
// Tell our cursors from other texts, and from each other.
constexpr std::string_view kBefore = "before:";
constexpr std::string_view kAfter = "after:";

template <typename Values>
std::string one_of(const Values& values) {
  std::string text = "one of ";
  for (const auto value : values) {
    if (value != *std::begin(values)) text += ", ";
    text += to_string(value);
  }
  return text;
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

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

bool take_limit(std::string_view text, LeadQuery& query) {
  const auto limit = parse_number<int>(text);
  query.limit = limit.value_or(0);
  return 1 <= query.limit && query.limit <= kMaxLimit;
}

bool take_cursor(std::string_view text, LeadQuery& query) {
  query.before = parse_cursor(text, kBefore);
  return query.before.has_value();
}

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
      {"limit", kLimitTakes, take_limit},
      {"cursor", kCursorTakes, take_cursor},
  };
  return kParameters;
}

http::Error bad_parameter(std::string_view name, const std::string& message) {
  http::Error error = make_error(400, "bad_parameter", message);
  error.details.emplace_back("parameter", name);
  return error;
}

// The name stands alone, since a person at a terminal knows it as an option.
http::Error bad_value(std::string_view name, const std::string& takes) {
  return bad_parameter(name, "\"" + std::string(name) + "\" takes " + takes + ".");
}

// A parameter's value, unless it is empty.
std::optional<std::string_view> given(const http::Request& request, std::string_view name) {
  const auto value = request.query_value(name);
  return value && !value->empty() ? value : std::nullopt;
}

}  // namespace

std::vector<std::string_view> lead_query_parameters() {
  std::vector<std::string_view> names;
  for (const auto& parameter : parameters()) names.push_back(parameter.name);
  return names;
}

std::variant<LeadQuery, http::Error> parse_lead_query(const http::Request& request) {
  LeadQuery query;
  for (const auto& parameter : parameters()) {
    const auto value = given(request, parameter.name);
    if (value && !parameter.take(*value, query)) return bad_value(parameter.name, parameter.takes);
  }
  return query;
}

std::variant<std::optional<int>, http::Error> parse_revision_query(const http::Request& request) {
  const auto value = given(request, "revision");
  if (!value) return std::nullopt;
  const auto number = parse_number<int>(*value);
  if (!number || *number < 1) return bad_value("revision", "the number of a revision, from 1");
  return number;
}

std::variant<int, http::Error> parse_limit_query(const http::Request& request) {
  LeadQuery query;
  const auto value = given(request, "limit");
  if (value && !take_limit(*value, query)) return bad_value("limit", kLimitTakes);
  return query.limit;
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

std::optional<http::Error> find_bad_parameter(const http::Request& request,
                                              const std::vector<std::string_view>& known) {
  for (const auto& given : request.query) {
    const std::string& name = given.first;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      std::string message = "Unknown query parameter \"" + name + "\"; ";
      message += known.empty() ? "this address takes none" : "known are ";
      for (const auto& each : known) message += (each == known.front() ? "" : ", ") + std::string(each);
      return bad_parameter(name, message + ".");
    }
    const auto same_name = [&](const auto& other) { return other.first == name; };
    if (std::count_if(request.query.begin(), request.query.end(), same_name) > 1) {
      return bad_parameter(name, "Query parameter \"" + name + "\" is given more than once.");
    }
  }
  return std::nullopt;
}

std::string make_cursor(std::int64_t before) { return cursor_of(kBefore, before); }

std::string make_cursor_after(std::int64_t after) { return cursor_of(kAfter, after); }

}  // namespace leadspool::admin

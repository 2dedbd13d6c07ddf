#include "admin/redrive_body.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "admin/answers.h"
#include "admin/proposal.h"
#include "admin/reason.h"
#include "base/time.h"

namespace leadspool::admin {
namespace {

using Json = nlohmann::json;
// What is wrong with a value, as the end of a sentence that begins with the member's name; nullopt: nothing.
using Complaint = std::optional<std::string>;

template <typename Target>
struct Member {
  std::string_view name;
  Complaint (*take)(const Json& value, Target& target);
};

enum class Null { is_absent, is_a_value };

// Takes all members of `object`; the error names the first that is unknown or wrong.
template <typename Target, std::size_t count>
std::optional<http::Error> take_members(const Json& object, const std::array<Member<Target>, count>& known,
                                        Null null, Target& target) {
  for (const auto& [name, value] : object.items()) {
    const auto member =
        std::find_if(known.begin(), known.end(), [&](const auto& each) { return each.name == name; });
    if (member == known.end()) {
      return bad_body("Unknown member \"" + name + "\"" + what_is_known(name, names_of(known)));
    }
    if (value.is_null() && null == Null::is_absent) continue;
    if (const auto complaint = member->take(value, target)) {
      return bad_body("\"" + name + "\" " + *complaint + ".");
    }
  }
  return std::nullopt;
}

// A whole number from `least`, of those that an int holds.
std::optional<int> whole_number(const Json& value, int least) {
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::numeric_limits<int>::max()) {
    return std::nullopt;
  }
  const auto number = value.get<std::int64_t>();
  if (number < least) return std::nullopt;
  return static_cast<int>(number);
}

using Filter = outbox::RedriveFilter;

template <auto member>
Complaint take_name(const Json& value, Filter& filter) {
  if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
    return "must be text that is not empty; leave it out to take any";
  }
  filter.*member = value.get<std::string>();
  return std::nullopt;
}

Complaint take_disposition(const Json& value, Filter& filter) {
  filter.disposition = value.is_string() ? parse_disposition(value.get<std::string>()) : std::nullopt;
  if (filter.disposition) return std::nullopt;
  std::string text = "must be one of ";
  for (const auto each : kDispositions) {
    text += (each == kDispositions[0] ? "" : ", ") + std::string(to_string(each));
  }
  return text;
}

template <auto member>
Complaint take_time(const Json& value, Filter& filter) {
  filter.*member = value.is_string() ? from_rfc3339(value.get<std::string>()) : std::nullopt;
  if (filter.*member) return std::nullopt;
  return "must be a time like 2026-01-31T09:30:00Z (RFC 3339)";
}

Complaint take_with_missing(const Json& value, Filter& filter) {
  if (!value.is_boolean()) return "must be true or false";
  filter.with_missing = value.get<bool>();
  return std::nullopt;
}

constexpr std::array<Member<Filter>, 7> kFilterMembers{{{"destination", take_name<&Filter::destination>},
                                                        {"cause", take_name<&Filter::cause>},
                                                        {"source", take_name<&Filter::source>},
                                                        {"disposition", take_disposition},
                                                        {"from", take_time<&Filter::from>},
                                                        {"to", take_time<&Filter::to>},
                                                        {"with_missing", take_with_missing}}};

// The filter's own members are looked at separately.
Complaint take_filter(const Json&, RedriveBody&) { return std::nullopt; }

Complaint take_reason(const Json& value, RedriveBody& body) {
  if (!value.is_string()) return "must be text";
  body.reason = value.get<std::string>();
  if (is_too_long_a_reason(body.reason)) return kReasonTooLong;
  return std::nullopt;
}

Complaint take_dry_run(const Json& value, RedriveBody& body) {
  if (!value.is_boolean()) return "must be true or false";
  body.dry_run = value.get<bool>();
  return std::nullopt;
}

Complaint take_canary(const Json& value, RedriveBody& body) {
  const auto number = whole_number(value, 0);
  if (!number) return "must be a whole number from 0: how many go alone at first";
  body.order.canary = *number;
  return std::nullopt;
}

Complaint take_rate(const Json& value, RedriveBody& body) {
  const double rate = value.is_number() ? value.get<double>() : 0;
  if (!(0 < rate && rate <= kHighestRate)) {
    return "must be a number above 0, at most " + std::to_string(static_cast<int>(kHighestRate)) +
           "; leave it out to go as fast as the destinations do";
  }
  body.order.rate_per_second = rate;
  return std::nullopt;
}

Complaint take_stop_after(const Json& value, RedriveBody& body) {
  body.order.stop_after_failures = whole_number(value, 1);
  if (body.order.stop_after_failures) return std::nullopt;
  return "must be a whole number from 1; leave it out to go on whatever fails";
}

constexpr std::array<Member<RedriveBody>, 6> kMembers{{{"filter", take_filter},
                                                       {"reason", take_reason},
                                                       {"dry_run", take_dry_run},
                                                       {"canary", take_canary},
                                                       {"rate_per_second", take_rate},
                                                       {"stop_after_failures", take_stop_after}}};

std::optional<http::Error> find_contradiction(const Filter& filter) {
  if (!filter.with_missing) return std::nullopt;
  if (!filter.destination || !filter.from) {
    return bad_body(
        "\"with_missing\" needs \"destination\" and \"from\": whose deliveries are missing, and since when.");
  }
  if (filter.cause) {
    return bad_body(
        "\"with_missing\" goes with no \"cause\": a delivery that is missing did not die of any.");
  }
  return std::nullopt;
}

}  // namespace

std::variant<RedriveBody, http::Error> parse_redrive_body(std::string_view body) {
  // Text that is not UTF-8 is no JSON for this reader.
  const auto json = Json::parse(body, nullptr, false);
  if (!json.is_object()) {
    return bad_body(
        "The body must be a JSON object (in UTF-8) like "
        R"({"filter":{"destination":"...","cause":"..."},"reason":"..."}.)");
  }
  RedriveBody redrive;
  if (auto error = take_members(json, kMembers, Null::is_absent, redrive)) return std::move(*error);
  const auto filter = json.find("filter");
  if (filter == json.end() || !filter->is_object()) {
    return bad_body("\"filter\" must be an object; {} takes all dead letters.");
  }
  auto& taken = redrive.order.filter;
  if (auto error = take_members(*filter, kFilterMembers, Null::is_a_value, taken)) return std::move(*error);
  if (auto error = find_contradiction(taken)) return std::move(*error);
  return redrive;
}

}  // namespace leadspool::admin

#include "lead/wanted_leads.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/nearest_name.h"

namespace leadspool {
namespace {

struct Judged {
  std::string_view source;
  Disposition disposition;
  const LeadFields& fields;
};

struct Property {
  std::string_view name;
  std::string_view (*value)(const Judged& lead);
};

constexpr std::array<Property, 6> kProperties{{
    {"source", [](const Judged& lead) { return lead.source; }},
    {"publisher", [](const Judged& lead) { return std::string_view(lead.fields.publisher); }},
    {"offer", [](const Judged& lead) { return std::string_view(lead.fields.offer_id); }},
    {"action", [](const Judged& lead) { return std::string_view(lead.fields.action_code); }},
    {"country", [](const Judged& lead) { return std::string_view(lead.fields.country); }},
    {"disposition", [](const Judged& lead) { return to_string(lead.disposition); }},
}};

constexpr std::array<Disposition, 3> kJudgedDispositions{Disposition::deliver, Disposition::test,
                                                         Disposition::do_not_contact};

const Property* find_property(std::string_view name) {
  const auto found = std::find_if(kProperties.begin(), kProperties.end(),
                                  [&](const Property& each) { return each.name == name; });
  return found == kProperties.end() ? nullptr : &*found;
}

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Goes back to the last `*` only, which is enough: an earlier one could take no more than the last can.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t at = 0;
  std::size_t in_text = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_takes_to = 0;
  while (in_text < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      star_takes_to = in_text;
    } else if (at < pattern.size() && small(pattern[at]) == small(text[in_text])) {
      ++at;
      ++in_text;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in_text = ++star_takes_to;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

std::string unknown_property(std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto& each : kProperties) names.push_back(each.name);
  std::string message = "is nothing that leads are told apart by";
  const auto nearest = nearest_name(name, names);
  message += nearest ? "; did you mean `" + std::string(*nearest) + "`? There are " : "; there are ";
  for (const auto& each : names) message += std::string(each) + (each == names.back() ? "" : ", ");
  return message;
}

std::optional<std::string> find_mistake(const WantedCondition& condition) {
  if (find_property(condition.property) == nullptr) return unknown_property(condition.property);
  if (condition.patterns.empty()) return "names nothing, so that no lead would ever match";
  if (condition.property != "disposition") return std::nullopt;
  for (const auto& pattern : condition.patterns) {
    const auto fits = [&](Disposition one) { return matches(pattern, to_string(one)); };
    if (std::none_of(kJudgedDispositions.begin(), kJudgedDispositions.end(), fits)) {
      return "`" + pattern + "` matches none of deliver, test and do_not_contact";
    }
  }
  return std::nullopt;
}

}  // namespace

std::variant<WantedLeads, WantedError> WantedLeads::parse(std::vector<WantedCondition> conditions) {
  for (const auto& condition : conditions) {
    if (auto mistake = find_mistake(condition)) return WantedError{condition.property, std::move(*mistake)};
  }
  WantedLeads wanted;
  wanted.conditions_ = std::move(conditions);
  return wanted;
}

bool WantedLeads::wants(std::string_view source, Disposition disposition, const LeadFields& fields) const {
  const Judged lead{source, disposition, fields};
  return std::all_of(conditions_.begin(), conditions_.end(), [&](const WantedCondition& condition) {
    const auto value = find_property(condition.property)->value(lead);
    return std::any_of(condition.patterns.begin(), condition.patterns.end(),
                       [&](const std::string& pattern) { return matches(pattern, value); });
  });
}

}  // namespace leadspool

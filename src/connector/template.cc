#include "connector/template.h"

#include "base/check.h"
#include "base/text.h"
#include "connector/characters.h"
#include "connector/payload_reader.h"
#include "connector/template_reader.h"

namespace leadspool::connector {

std::variant<Template, Template::Error> Template::parse(std::string_view text) {
  return TemplateReader(text).read();
}

Template Template::of(std::string_view name) {
  auto found = find(name);
  CHECK(found.has_value());
  Template made;
  Place place;
  place.emplace_back(std::move(*found));
  made.parts_.emplace_back(std::move(place));
  return made;
}

std::optional<Template::Alternative> Template::find(std::string_view name) {
  for (std::size_t i = 0; i < kPropertyNames.size(); ++i) {
    if (equal_in_any_case(name, kPropertyNames[i])) return Alternative{static_cast<Property>(i)};
  }
  if (const LeadField* field = find_lead_field(name)) return Alternative{field->member};
  return std::nullopt;
}

std::string Template::value_of(const Alternative& alternative, const Lead& lead,
                               const PayloadReader& payload) {
  if (const auto* member = std::get_if<std::string LeadFields::*>(&alternative)) return lead.fields.**member;
  if (const auto* literal = std::get_if<Literal>(&alternative)) return literal->text;
  if (const auto* path = std::get_if<PayloadPath>(&alternative)) return payload.text_at(*path);
  switch (std::get<Property>(alternative)) {
    case Property::id:
      return to_string(lead.id);
    case Property::received_at:
      return to_rfc3339(lead.received_at);
    case Property::source:
      return lead.source;
    case Property::disposition:
      return std::string(to_string(lead.disposition));
  }
  return {};
}

std::string Template::fill(const Place& place, const Lead& lead, const PayloadReader& payload) {
  std::string value;
  for (const Step& step : place) {
    if (const auto* change = std::get_if<Change>(&step)) {
      value = (*change)(value);
    } else if (value.empty()) {
      // The outbox holds valid UTF-8 only; should that ever fail, a lead with an odd character beats a lost
      // one.
      value = valid_utf8(value_of(std::get<Alternative>(step), lead, payload));
    }
  }
  return value;
}

std::optional<std::string> Template::render(const Lead& lead, const PayloadReader& payload,
                                            const Encode& encode) const {
  std::string text;
  for (const Part& part : parts_) {
    if (const auto* literal = std::get_if<std::string>(&part)) {
      text += *literal;
      continue;
    }
    const std::string value = fill(std::get<Place>(part), lead, payload);
    text += encode ? encode(value) : value;
  }
  if (is_one_place() && text.empty()) return std::nullopt;
  return text;
}

bool Template::is_one_place() const {
  return parts_.size() == 1 && std::holds_alternative<Place>(parts_.front());
}

bool Template::is_constant() const {
  for (const Part& part : parts_) {
    if (std::holds_alternative<Place>(part)) return false;
  }
  return true;
}

}  // namespace leadspool::connector

#include "connector/template.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/nearest_name.h"
#include "base/text.h"

namespace leadspool::connector {
namespace {

constexpr std::array<std::string_view, 4> kPropertyNames{"id", "received_at", "source", "disposition"};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string unknown_name(std::string_view name) {
  std::vector<std::string_view> known(kPropertyNames.begin(), kPropertyNames.end());
  for (const LeadField& field : kLeadFields) known.push_back(field.name);
  std::string message = "a lead has no field \"" + std::string(name) + "\"";
  const auto nearest = nearest_name(name, known);
  if (nearest) message += "; did you mean \"" + std::string(*nearest) + "\"?";
  return message;
}

}  // namespace

// Reads a template's text from left to right; the first mistake ends the reading.
class TemplateReader {
 public:
  explicit TemplateReader(std::string_view text) : text_(text) {}

  std::variant<Template, Template::Error> read() {
    while (at_ < text_.size() && !error_) {
      const std::size_t opening = std::min(text_.find("{{", at_), text_.size());
      if (opening > at_) made_.parts_.emplace_back(std::string(text_.substr(at_, opening - at_)));
      at_ = opening;
      if (at_ < text_.size()) read_place();
    }
    if (error_) return std::move(*error_);
    return std::move(made_);
  }

 private:
  void read_place() {
    const std::size_t opening = at_;
    Template::Place place;
    at_ += 2;
    do {
      skip_blanks();
      if (at_ == text_.size()) return fail(opening, "this {{ is never closed");
      if (starts_with("}}") || starts_with("|")) {
        return fail(at_, place.empty() && starts_with("}}")
                             ? "an empty place: {{ }} needs a field or a \"text\""
                             : "a field or a \"text\" is missing here");
      }
      if (!read_alternative(place)) return;
      skip_blanks();
    } while (take("|"));
    if (at_ == text_.size()) return fail(opening, "this {{ is never closed");
    if (!take("}}")) return fail(at_, "expected | or }} here");
    made_.parts_.emplace_back(std::move(place));
  }

  bool read_alternative(Template::Place& place) {
    return text_[at_] == '"' || text_[at_] == '\'' ? read_literal(place) : read_name(place);
  }

  bool read_literal(Template::Place& place) {
    const std::size_t closing = text_.find(text_[at_], at_ + 1);
    if (closing == std::string_view::npos) {
      fail(at_, "this quoted text is never closed");
      return false;
    }
    place.emplace_back(std::string(text_.substr(at_ + 1, closing - at_ - 1)));
    at_ = closing + 1;
    return true;
  }

  bool read_name(Template::Place& place) {
    std::size_t end = at_;
    while (end < text_.size() && is_name_character(text_[end])) ++end;
    const auto name = text_.substr(at_, end - at_);
    if (name.empty()) {
      fail(at_, "a field's name or a \"text\" must stand here");
      return false;
    }
    const auto found = Template::find(name);
    if (!found) {
      fail(at_, unknown_name(name));
      return false;
    }
    place.push_back(*found);
    at_ = end;
    return true;
  }

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
  }
  [[nodiscard]] bool starts_with(std::string_view token) const {
    return text_.substr(at_).starts_with(token);
  }
  bool take(std::string_view token) {
    if (!starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  void fail(std::size_t at, const std::string& what) {
    error_ = Template::Error{"character " + std::to_string(at + 1) + ": " + what};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Template made_;
  std::optional<Template::Error> error_;
};

std::variant<Template, Template::Error> Template::parse(std::string_view text) {
  return TemplateReader(text).read();
}

Template Template::of(std::string_view name) {
  auto found = find(name);
  CHECK(found.has_value());
  Template made;
  made.parts_.emplace_back(Place{std::move(*found)});
  return made;
}

std::optional<Template::Alternative> Template::find(std::string_view name) {
  for (std::size_t i = 0; i < kPropertyNames.size(); ++i) {
    if (equal_in_any_case(name, kPropertyNames[i])) return Alternative{static_cast<Property>(i)};
  }
  if (const LeadField* field = find_lead_field(name)) return Alternative{field->member};
  return std::nullopt;
}

std::string Template::value_of(const Alternative& alternative, const Lead& lead) {
  if (const auto* member = std::get_if<std::string LeadFields::*>(&alternative)) return lead.fields.**member;
  if (const auto* literal = std::get_if<std::string>(&alternative)) return *literal;
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

std::string Template::fill(const Place& place, const Lead& lead) {
  for (const Alternative& alternative : place) {
    std::string value = value_of(alternative, lead);
    if (!value.empty()) return value;
  }
  return {};
}

std::optional<std::string> Template::render(const Lead& lead) const {
  std::string text;
  for (const Part& part : parts_) {
    if (const auto* literal = std::get_if<std::string>(&part)) {
      text += *literal;
    } else {
      text += fill(std::get<Place>(part), lead);
    }
  }
  const bool is_one_place = parts_.size() == 1 && std::holds_alternative<Place>(parts_.front());
  if (is_one_place && text.empty()) return std::nullopt;
  return text;
}

}  // namespace leadspool::connector

#include "connector/template_reader.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/nearest_name.h"
#include "base/text.h"
#include "connector/template_functions.h"

namespace leadspool::connector {
namespace {

constexpr std::string_view kPayload = "payload";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool belongs_to_name(char c) { return (to_lower(c) >= 'a' && to_lower(c) <= 'z') || is_digit(c) || c == '_'; }

// Keys of a payload are anybody's.
bool belongs_to_key(char c) {
  return belongs_to_name(c) || c == '-' || c == '$' || static_cast<std::uint8_t>(c) >= 0x80;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& known) {
  const auto nearest = nearest_name(name, known);
  return nearest ? "; did you mean \"" + std::string(*nearest) + "\"?" : std::string{};
}

}  // namespace

std::variant<Template, Template::Error> TemplateReader::read() {
  while (at_ < text_.size()) {
    const std::size_t opening = std::min(text_.find("{{", at_), text_.size());
    if (opening > at_) made_.parts_.emplace_back(std::string(text_.substr(at_, opening - at_)));
    at_ = opening;
    if (at_ < text_.size() && !read_place()) return std::move(*error_);
  }
  return std::move(made_);
}

bool TemplateReader::read_place() {
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
    if (!read_step(place)) return false;
    skip_blanks();
  } while (take("|"));
  if (at_ == text_.size()) return fail(opening, "this {{ is never closed");
  if (!take("}}")) return fail(at_, "expected | or }} here");
  made_.parts_.emplace_back(std::move(place));
  return true;
}

bool TemplateReader::read_step(Template::Place& place) {
  if (at_quote()) return read_literal(place);
  const std::size_t begin = at_;
  const auto name = read_word(belongs_to_name);
  if (name.empty()) return fail(at_, "a field's name or a \"text\" must stand here");
  if (equal_in_any_case(name, kPayload)) return read_payload_path(place);
  if (is_function_name(name)) {
    at_ = begin;
    return read_function(name, place);
  }
  at_ = begin;
  return read_field(name, place);
}

bool TemplateReader::read_literal(Template::Place& place) {
  auto text = read_quoted();
  if (!text) return false;
  place.emplace_back(Template::Alternative{Template::Literal{std::move(*text)}});
  return true;
}

bool TemplateReader::read_field(std::string_view name, Template::Place& place) {
  auto found = Template::find(name);
  if (!found) return fail_unknown(name, !place.empty());
  place.emplace_back(std::move(*found));
  at_ += name.size();
  return true;
}

// What follows the word `payload`.
bool TemplateReader::read_payload_path(Template::Place& place) {
  Template::PayloadPath path;
  while (take(".")) {
    if (at_quote()) {
      auto key = read_quoted();
      if (!key) return false;
      path.push_back(std::move(*key));
    } else {
      path.emplace_back(read_word(belongs_to_key));
      if (path.back().empty())
        return fail(at_, "a key must stand after the dot; quote one that has other signs");
    }
  }
  if (path.empty()) return fail(at_, "a path must follow: payload.UserDetails.Budget");
  place.emplace_back(Template::Alternative{std::move(path)});
  return true;
}

// `name` is a function's, and begins here.
bool TemplateReader::read_function(std::string_view name, Template::Place& place) {
  const std::size_t begin = at_;
  at_ += name.size();
  std::optional<FunctionArgument> argument;
  skip_blanks();
  if (take("(")) {
    skip_blanks();
    if (at_quote()) {
      auto text = read_quoted();
      if (!text) return false;
      argument = FunctionArgument{std::move(*text), true};
    } else if (!starts_with(")")) {
      argument = FunctionArgument{std::string(read_word(belongs_to_key)), false};
    }
    skip_blanks();
    if (!take(")")) return fail(at_, "a ) is missing here; a function takes one number or one quoted text");
  }
  if (equal_in_any_case(name, kDefaultFunction)) {
    if (!argument || !argument->is_quoted) return fail(begin, "default needs a text: default('unknown')");
    place.emplace_back(Template::Alternative{Template::Literal{std::move(argument->text)}});
    return true;
  }
  if (place.empty()) return fail(begin, "a function changes what stands before it: {{ email | lower }}");
  auto made = make_change(name, argument);
  if (const auto* mistake = std::get_if<std::string>(&made)) return fail(begin, *mistake);
  place.emplace_back(std::move(std::get<Change>(made)));
  return true;
}

// `name` begins here.
bool TemplateReader::fail_unknown(std::string_view name, bool something_stands_before) {
  const std::size_t begin = at_;
  at_ += name.size();
  if (starts_with("(")) {
    const auto functions = function_names();
    return fail(begin, "there is no function \"" + std::string(name) + "\"" +
                           did_you_mean(name, {functions.begin(), functions.end()}));
  }
  std::string what = "a lead has no field \"" + std::string(name) + "\"";
  if (starts_with(".")) {
    return fail(begin,
                what + "; what stands in the payload is \"payload." + std::string(name) + "\" and so on");
  }
  std::vector<std::string_view> known(Template::kPropertyNames.begin(), Template::kPropertyNames.end());
  for (const LeadField& field : kLeadFields) known.push_back(field.name);
  if (something_stands_before) {
    what += ", nor is it a function";
    known.insert(known.end(), function_names().begin(), function_names().end());
  }
  return fail(begin, what + did_you_mean(name, known));
}

bool TemplateReader::fail(std::size_t at, const std::string& what) {
  const auto before = text_.substr(0, at);
  const auto characters =
      std::ranges::count_if(before, [](char c) { return (static_cast<std::uint8_t>(c) & 0xC0U) != 0x80U; });
  error_ = Template::Error{"character " + std::to_string(characters + 1) + ": " + what};
  return false;
}

std::optional<std::string> TemplateReader::read_quoted() {
  const std::size_t closing = text_.find(text_[at_], at_ + 1);
  if (closing == std::string_view::npos) {
    fail(at_, "this quoted text is never closed");
    return std::nullopt;
  }
  std::string quoted(text_.substr(at_ + 1, closing - at_ - 1));
  at_ = closing + 1;
  return quoted;
}

std::string_view TemplateReader::read_word(bool (*belongs)(char)) {
  const std::size_t begin = at_;
  while (at_ < text_.size() && belongs(text_[at_])) ++at_;
  return text_.substr(begin, at_ - begin);
}

void TemplateReader::skip_blanks() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
}

bool TemplateReader::at_quote() const { return starts_with("\"") || starts_with("'"); }

bool TemplateReader::starts_with(std::string_view token) const {
  return text_.substr(std::min(at_, text_.size())).starts_with(token);
}

bool TemplateReader::take(std::string_view token) {
  if (!starts_with(token)) return false;
  at_ += token.size();
  return true;
}

}  // namespace leadspool::connector

#include "connector/template_functions.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/check.h"
#include "base/text.h"
#include "base/time.h"
#include "connector/characters.h"

namespace leadspool::connector {
namespace {

using Argument = std::optional<FunctionArgument>;
using Made = std::variant<Change, std::string>;

// What a letter after % stands for in "2026-11-21T09:30:00.123Z".
struct DatePart {
  char letter;
  std::size_t at;
  std::size_t size;
};
constexpr DatePart kDateParts[] = {{'Y', 0, 4},  {'m', 5, 2},  {'d', 8, 2},
                                   {'H', 11, 2}, {'M', 14, 2}, {'S', 17, 2}};

const DatePart* find_date_part(char letter) {
  const auto* const found =
      std::ranges::find_if(kDateParts, [&](const DatePart& part) { return part.letter == letter; });
  return found != std::end(kDateParts) ? found : nullptr;
}

std::string format_date(const std::string& moment, std::string_view format) {
  const auto time = from_rfc3339(trimmed(moment));
  if (!time) return {};
  const std::string written = to_rfc3339(*time);
  std::string text;
  for (std::size_t at = 0; at < format.size(); ++at) {
    const DatePart* part = nullptr;
    if (format[at] == '%') part = find_date_part(format[++at]);
    if (part != nullptr) {
      text += written.substr(part->at, part->size);
    } else {
      text += format[at];
    }
  }
  return text;
}

// Empty when `format` can be used.
std::string date_format_mistake(std::string_view format) {
  for (std::size_t at = 0; at < format.size(); ++at) {
    if (format[at] != '%') continue;
    ++at;
    if (at < format.size() && (format[at] == '%' || find_date_part(format[at]) != nullptr)) continue;
    return "a date has %Y %m %d %H %M %S, and %% for a percent sign; not \"" +
           std::string(format.substr(at - 1, 2)) + "\"";
  }
  return {};
}

std::string host_of_url(std::string_view rest) {
  auto host = rest.substr(0, rest.find_first_of("/?#\\"));
  if (const auto at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  if (host.starts_with('[')) return std::string(host.substr(0, host.find(']') + 1));
  return std::string(host.substr(0, host.find(':')));
}

std::string host_of(const std::string& value) {
  const auto text = trimmed(value);
  if (text.find_first_of(" \t\r\n") != std::string_view::npos) return {};
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos && scheme > 0) {
    return host_of_url(text.substr(scheme + 3));
  }
  const auto at = text.rfind('@');
  return at == std::string_view::npos || at == 0 ? std::string{} : std::string(text.substr(at + 1));
}

Made without_argument(std::string_view name, const Argument& argument, Change change) {
  if (argument) return std::string(name) + " takes nothing in brackets";
  return change;
}

Made make_truncate(const Argument& argument) {
  constexpr const char* kWanted = "truncate needs a number of characters from 1 on: truncate(50)";
  if (!argument || argument->is_quoted) return kWanted;
  std::size_t longest = 0;
  const auto* const end = argument->text.data() + argument->text.size();
  const auto [read, wrong] = std::from_chars(argument->text.data(), end, longest);
  if (wrong != std::errc{} || read != end || longest == 0) return kWanted;
  return Change{
      [longest](const std::string& value) { return std::string(cut_to_characters(value, longest)); }};
}

Made make_date(const Argument& argument) {
  if (argument && !argument->is_quoted) return "date takes a text, if anything: date('%d.%m.%Y')";
  const std::string format = argument ? argument->text : "%Y-%m-%d";
  std::string mistake = date_format_mistake(format);
  if (!mistake.empty()) return mistake;
  return Change{[format](const std::string& value) { return format_date(value, format); }};
}

constexpr std::array<std::string_view, 7> kNames{"upper",          "lower", "trim", "truncate",
                                                 kDefaultFunction, "date",  "host"};

}  // namespace

std::span<const std::string_view> function_names() { return kNames; }

bool is_function_name(std::string_view name) {
  return std::ranges::any_of(kNames, [&](std::string_view known) { return equal_in_any_case(name, known); });
}

Made make_change(std::string_view name, const Argument& argument) {
  const std::string function = to_lower(name);
  if (function == "truncate") return make_truncate(argument);
  if (function == "date") return make_date(argument);
  if (function == "upper") return without_argument(function, argument, upper_case);
  if (function == "lower") return without_argument(function, argument, lower_case);
  if (function == "host") return without_argument(function, argument, host_of);
  CHECK(function == "trim");
  return without_argument(function, argument,
                          [](const std::string& value) { return std::string(trimmed(value)); });
}

}  // namespace leadspool::connector

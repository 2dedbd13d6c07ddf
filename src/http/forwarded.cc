#include "http/forwarded.h"

#include <algorithm>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>

#include "base/text.h"

namespace leadspool::http {

namespace {

enum class Quotes { hide_separators, mean_nothing };

// What stands between `separator`s, trimmed. A quote that is never closed hides all that follow.
std::vector<std::string_view> split(std::string_view text, char separator, Quotes quotes) {
  std::vector<std::string_view> parts;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' && quotes == Quotes::hide_separators) quoted = !quoted;
    if (text[i] == '\\' && quoted) ++i;
    if (i < text.size() && text[i] == separator && !quoted) {
      parts.push_back(trimmed(text.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  parts.push_back(trimmed(text.substr(begin)));
  return parts;
}

// nullopt when `text` begins a quote but is not one as a whole.
std::optional<std::string> unquoted(std::string_view text) {
  if (!text.starts_with('"')) {
    // A quote within would hide separators from us that others see.
    if (text.find('"') != std::string_view::npos) return std::nullopt;
    return std::string(text);
  }
  std::string value;
  std::size_t i = 1;
  for (; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] == '\\' && ++i == text.size()) return std::nullopt;
    value += text[i];
  }
  if (i + 1 != text.size()) return std::nullopt;
  return value;
}

bool is_port(std::string_view text) {
  constexpr std::size_t kMostDigits = 5;
  return !text.empty() && text.size() <= kMostDigits &&
         std::ranges::all_of(text, [](char letter) { return letter >= '0' && letter <= '9'; });
}

// An address, with a port or without: "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]:80".
std::optional<IpAddress> parse_node(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const auto rest = text.substr(end + 1);
    const auto inner = text.substr(1, end - 1);
    const bool well_formed = rest.empty() || (rest.starts_with(':') && is_port(rest.substr(1)));
    return well_formed && inner.find(':') != std::string_view::npos ? IpAddress::parse(inner) : std::nullopt;
  }
  const auto colon = text.find(':');
  if (colon != std::string_view::npos && colon == text.rfind(':')) {
    return is_port(text.substr(colon + 1)) ? IpAddress::parse(text.substr(0, colon)) : std::nullopt;
  }
  return IpAddress::parse(text);
}

// Of "for=...;by=...;proto=...".
std::optional<IpAddress> parse_forwarded_element(std::string_view text) {
  std::optional<std::string> node;
  for (const auto pair : split(text, ';', Quotes::hide_separators)) {
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    auto value = unquoted(pair.substr(equals + 1));
    if (!value) return std::nullopt;
    if (!equal_in_any_case(pair.substr(0, equals), "for")) continue;
    if (node) return std::nullopt;
    node = std::move(value);
  }
  return node ? parse_node(*node) : std::nullopt;
}

// How the list of proxies is written in one of the two headers.
struct Notation {
  std::string_view header;
  Quotes quotes;
  std::optional<IpAddress> (*read_element)(std::string_view text);
};
constexpr Notation kForwarded{"Forwarded", Quotes::hide_separators, parse_forwarded_element};
constexpr Notation kXForwardedFor{"X-Forwarded-For", Quotes::mean_nothing, parse_node};

// Whom the headers of that notation lead to; nullopt when there is nothing in them.
std::optional<IpAddress> follow(const Notation& notation, IpAddress known, const std::vector<Header>& headers,
                                const Networks& trusted) {
  std::vector<std::string_view> elements;
  for (const auto& header : headers) {
    if (!equal_in_any_case(header.name, notation.header)) continue;
    for (const auto element : split(header.value, ',', notation.quotes)) {
      if (!element.empty()) elements.push_back(element);
    }
  }
  if (elements.empty()) return std::nullopt;
  for (const auto element : elements | std::views::reverse) {
    const auto address = notation.read_element(element);
    if (!address) break;
    known = *address;
    if (!holds(trusted, known)) break;
  }
  return known;
}

}  // namespace

IpAddress client_address(const IpAddress& peer, const std::vector<Header>& headers, const Networks& trusted) {
  if (!holds(trusted, peer)) return peer;
  const auto forwarded = follow(kForwarded, peer, headers, trusted);
  const auto x_forwarded_for = follow(kXForwardedFor, peer, headers, trusted);
  if (forwarded && x_forwarded_for && *forwarded != *x_forwarded_for) return peer;
  return forwarded.value_or(x_forwarded_for.value_or(peer));
}

}  // namespace leadspool::http

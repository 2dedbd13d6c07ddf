#include "http/head.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace leadspool::http {

namespace {

constexpr std::string_view kLineEnd = "\r\n";

bool is_alphanumeric(char letter) {
  return (letter >= '0' && letter <= '9') || (to_lower(letter) >= 'a' && to_lower(letter) <= 'z');
}

bool is_token_letter(char letter) {
  return is_alphanumeric(letter) ||
         std::string_view("!#$%&'*+-.^_`|~").find(letter) != std::string_view::npos;
}

// Of "host:port"; a user's name has no place there.
bool is_authority_letter(char letter) {
  return is_alphanumeric(letter) ||
         std::string_view("-._~!$&'()*+,;=:[]").find(letter) != std::string_view::npos;
}

bool is_value_letter(char letter) {
  const auto byte = static_cast<unsigned char>(letter);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

Error malformed(std::string message) {
  return {.status = 400, .code = "bad_request", .message = std::move(message)};
}

// Takes the text up to the next line end off `text`.
std::string_view take_line(std::string_view& text) {
  const auto line = text.substr(0, text.find(kLineEnd));
  text.remove_prefix(std::min(text.size(), line.size() + kLineEnd.size()));
  return line;
}

// nullopt when `value` is anything but digits of a sane number.
std::optional<std::uint64_t> parse_length(std::string_view value) {
  constexpr std::size_t kMostDigits = 18;  // cannot overflow
  const bool digits = std::ranges::all_of(value, [](char letter) { return letter >= '0' && letter <= '9'; });
  if (value.empty() || value.size() > kMostDigits || !digits) return std::nullopt;
  std::uint64_t length = 0;
  std::from_chars(value.data(), value.data() + value.size(), length);
  return length;
}

// Notes what a header says about the body or the connection; the text of what is wrong with it, if anything.
std::optional<std::string> apply(const Header& header, Head& head) {
  if (equal_in_any_case(header.name, "Content-Length")) {
    if (head.content_length) return "There is more than one Content-Length.";
    head.content_length = parse_length(header.value);
    if (!head.content_length) return "Content-Length is not a number.";
  } else if (equal_in_any_case(header.name, "Transfer-Encoding")) {
    if (head.chunked || !equal_in_any_case(header.value, "chunked")) {
      return "The only Transfer-Encoding taken here is a single \"chunked\".";
    }
    head.chunked = true;
  } else if (equal_in_any_case(header.name, "Connection")) {
    head.wants_close = head.wants_close || has_token(header.value, "close");
  } else if (equal_in_any_case(header.name, "Expect")) {
    head.expects_continue = equal_in_any_case(header.value, "100-continue");
  }
  return std::nullopt;
}

// "http://host" or "https://host", with or without a path.
bool is_absolute_target(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_in_any_case(target.substr(0, scheme.size()), scheme)) continue;
    const auto authority =
        target.substr(scheme.size(), target.find_first_of("/?#", scheme.size()) - scheme.size());
    return !authority.empty() && std::ranges::all_of(authority, is_authority_letter);
  }
  return false;
}

// "METHOD target HTTP/1.1"; which methods there are is cpp-httplib's to judge.
bool is_request_line(std::string_view line) {
  const auto method = line.substr(0, line.find(' '));
  if (method.size() == line.size()) return false;
  line.remove_prefix(method.size() + 1);
  const auto target = line.substr(0, line.find(' '));
  if (target.size() == line.size()) return false;
  const auto version = line.substr(target.size() + 1);
  return std::ranges::all_of(target, is_value_letter) && target.find('\t') == std::string_view::npos &&
         (target.starts_with('/') || (target == "*" && method == "OPTIONS") || is_absolute_target(target)) &&
         (version == "HTTP/1.1" || version == "HTTP/1.0");
}

// RFC 9112, 3.2; a proxy in front of us may have chosen the way to us by it.
std::optional<std::string> problem_with_host(const Head& head) {
  const auto is_host = [](const Header& header) { return equal_in_any_case(header.name, "Host"); };
  const auto count = std::ranges::count_if(head.headers, is_host);
  if (count == 0 && head.http_1_0) return std::nullopt;
  if (count != 1) return "There must be one Host.";
  if (!std::ranges::all_of(find_header(head.headers, "Host"), is_authority_letter))
    return "Host is malformed.";
  return std::nullopt;
}

// Without the blanks and tabs around it (RFC 9110, 5.5). trimmed() would take away more than that, and so
// hide what makes a header malformed.
std::string_view without_blanks(std::string_view value) {
  const auto first = value.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return value.substr(first, value.find_last_not_of(" \t") - first + 1);
}

}  // namespace

bool has_token(std::string_view value, std::string_view token) {
  while (!value.empty()) {
    const auto part = value.substr(0, value.find(','));
    if (equal_in_any_case(trimmed(part), token)) return true;
    value.remove_prefix(std::min(value.size(), part.size() + 1));
  }
  return false;
}

std::optional<Header> parse_header(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos) return std::nullopt;
  const auto name = line.substr(0, colon);
  const auto value = without_blanks(line.substr(colon + 1));
  if (!std::ranges::all_of(name, is_token_letter) || !std::ranges::all_of(value, is_value_letter)) {
    return std::nullopt;
  }
  return Header{std::string(name), std::string(value)};
}

std::variant<Head, Error> parse_head(std::string_view text) {
  Head head;
  head.request_line = take_line(text);
  if (!is_request_line(head.request_line)) return malformed("The request line is malformed.");
  head.http_1_0 = head.request_line.ends_with("HTTP/1.0");
  for (auto line = take_line(text); !line.empty(); line = take_line(text)) {
    if (head.headers.size() == kMaxHeaders) {
      return Error{.status = 431, .code = "header_too_large", .message = "There are too many headers."};
    }
    auto header = parse_header(line);
    if (!header) return malformed("A header is malformed.");
    if (auto problem = apply(*header, head)) return malformed(std::move(*problem));
    head.headers.push_back(std::move(*header));
  }
  if (head.chunked && head.content_length) {
    return malformed("Content-Length and Transfer-Encoding exclude each other.");
  }
  if (head.chunked && head.http_1_0) return malformed("Transfer-Encoding needs HTTP/1.1.");
  if (auto problem = problem_with_host(head)) return malformed(std::move(*problem));
  return head;
}

}  // namespace leadspool::http

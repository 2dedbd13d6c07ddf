// Mail as text: RFC 5322, RFC 2047 (words of the subject) and RFC 2045 (quoted-printable).
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <span>

#include "base/digest.h"
#include "http/mail.h"

namespace leadspool::http {
namespace {

constexpr std::size_t kLongestAddress = 254;
constexpr std::size_t kLongestPlainSubject = 66;  // with its name a line of less than 78
constexpr std::size_t kBytesOfAWord = 45;         // 60 in base64: an encoded word has at most 75
constexpr std::size_t kLongestLine = 75;          // of quoted-printable, without its last "="
constexpr std::size_t kLongestId = 200;
constexpr std::string_view kBoundary = "=_leadspool";  // quoted-printable has no "=_"

bool is_control(char c) { return static_cast<std::uint8_t>(c) < 32 || c == 127; }
bool is_ascii(char c) { return static_cast<std::uint8_t>(c) < 128; }
bool begins_character(char c) { return (static_cast<std::uint8_t>(c) & 0xC0) != 0x80; }

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_atom(char c) {
  return is_letter_or_digit(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

// Parts of one or more `allowed` characters with single dots between them.
bool is_dotted(std::string_view text, bool (*allowed)(char)) {
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  return text.find("..") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [&](char c) { return c == '.' || allowed(c); });
}

std::string in_encoded_words(std::string_view text) {
  std::string words;
  while (!text.empty()) {
    auto size = std::min(text.size(), kBytesOfAWord);
    while (size < text.size() && size > kBytesOfAWord - 4 && !begins_character(text[size])) --size;
    const auto part = text.substr(0, size);
    text.remove_prefix(size);
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(part.data()), part.size());
    words += (words.empty() ? "=?utf-8?B?" : "\r\n =?utf-8?B?") + to_base64(bytes) + "?=";
  }
  return words;
}

std::string subject_line(std::string subject) {
  std::replace_if(subject.begin(), subject.end(), is_control, ' ');
  const bool plain = subject.size() <= kLongestPlainSubject &&
                     std::all_of(subject.begin(), subject.end(), is_ascii) &&
                     subject.find("=?") == std::string::npos;
  return plain ? subject : in_encoded_words(subject);
}

std::string quoted(char c) {
  char text[4];
  std::snprintf(text, sizeof text, "=%02X", static_cast<unsigned>(static_cast<std::uint8_t>(c)));
  return text;
}

std::string quoted_printable(std::string_view text) {
  std::string lines;
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      lines += "\r\n";
      width = 0;
      continue;
    }
    const bool ends_line = i + 1 == text.size() || text[i + 1] == '\n';
    const bool plain =
        is_ascii(c) && c != '=' && (!is_control(c) || c == '\t') && !(ends_line && (c == ' ' || c == '\t'));
    const std::string piece = plain ? std::string(1, c) : quoted(c);
    if (width + piece.size() > kLongestLine) {
      lines += "=\r\n";
      width = 0;
    }
    lines += piece;
    width += piece.size();
  }
  if (width > 0) lines += "\r\n";
  return lines;
}

// What would end the Message-ID, or its line, is left out.
std::string plain_id(std::string_view id) {
  std::string plain;
  std::copy_if(id.begin(), id.end(), std::back_inserter(plain), is_atom);
  return plain.substr(0, kLongestId);
}

// "To: ops@contoso.com\r\n", with those that are plain addresses; empty without any.
std::string address_line(std::string_view name, const std::vector<std::string>& addresses) {
  std::string list;
  for (const auto& address : addresses) {
    if (is_mail_address(address)) list += (list.empty() ? "" : ",\r\n ") + address;
  }
  return list.empty() ? "" : std::string(name) + ": " + list + "\r\n";
}

// With the headers that tell what it is.
std::string part(std::string_view type, std::string_view text) {
  return "Content-Type: " + std::string(type) +
         "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted_printable(text);
}

std::string parts_of(const Mail& mail) {
  if (mail.html.empty()) return part("text/plain", mail.text);
  // The line break before a boundary is a part of it.
  const std::string boundary = "--" + std::string(kBoundary);
  return "Content-Type: multipart/alternative; boundary=\"" + std::string(kBoundary) + "\"\r\n\r\n" +
         boundary + "\r\n" + part("text/plain", mail.text) + "\r\n" + boundary + "\r\n" +
         part("text/html", mail.html) + "\r\n" + boundary + "--\r\n";
}

}  // namespace

bool is_mail_address(std::string_view text) {
  const auto at_sign = text.find('@');
  if (at_sign == std::string_view::npos || text.size() > kLongestAddress) return false;
  const auto is_of_a_name = [](char c) { return is_letter_or_digit(c) || c == '-'; };
  return is_dotted(text.substr(0, at_sign), is_atom) && is_dotted(text.substr(at_sign + 1), is_of_a_name);
}

std::string to_rfc5322_date(Time time) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - day)};
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d +0000",
                kDays[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

std::string message_id(const Mail& mail) {
  const auto domain = is_mail_address(mail.from) ? mail.from.substr(mail.from.find('@') + 1) : "localhost";
  return "<" + plain_id(mail.id) + "@" + domain + ">";
}

std::string to_rfc5322(const Mail& mail) {
  return "Date: " + to_rfc5322_date(mail.date) + "\r\nMessage-ID: " + message_id(mail) + "\r\n" +
         address_line("From", {mail.from}) + address_line("To", mail.to) +
         address_line("Reply-To", {mail.reply_to}) + "Subject: " + subject_line(mail.subject) + "\r\n" +
         (mail.auto_submitted ? "Auto-Submitted: auto-generated\r\n" : "") + "MIME-Version: 1.0\r\n" +
         parts_of(mail);
}

}  // namespace leadspool::http

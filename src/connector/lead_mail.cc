#include "connector/lead_mail.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "connector/body_encoding.h"
#include "connector/characters.h"

namespace leadspool::connector {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestSubject = 200;   // characters
constexpr std::size_t kLongestPiece = 80;      // characters of a name in the subject
constexpr std::size_t kLongestValue = 20'000;  // characters

struct Row {
  std::string label;
  std::string value;  // lines end with "\n"
};

// What a mail tells, before it is written as text and as HTML.
struct Content {
  std::string warning;  // empty: none
  std::string text;     // that of the configuration; empty: none
  std::vector<Row> rows;
};

// Well-formed, with line breaks of one kind and no other control characters.
std::string clean(std::string_view text) {
  std::string cleaned = valid_utf8(std::string(text));
  std::string lines;
  for (std::size_t i = 0; i < cleaned.size(); ++i) {
    const char c = cleaned[i];
    if (c == '\r' && i + 1 < cleaned.size() && cleaned[i + 1] == '\n') continue;
    const bool is_control = static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F;
    const bool breaks_line = c == '\n' || c == '\r';
    lines += breaks_line ? '\n' : is_control ? ' ' : c;
  }
  const auto value = trimmed(lines);
  const auto kept = cut_to_characters(value, kLongestValue);
  return std::string(kept) + (kept.size() < value.size() ? " [...]" : "");
}

// On one line.
std::string piece(std::string_view text) {
  std::string line = clean(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return std::string(cut_to_characters(line, kLongestPiece));
}

std::string joined(std::string first, std::string_view between, const std::string& second) {
  if (first.empty() || second.empty()) return first + second;
  return first.append(between).append(second);
}

std::string default_subject(const Lead& lead) {
  const auto& fields = lead.fields;
  std::string who = joined(piece(fields.first_name), " ", piece(fields.last_name));
  if (who.empty()) who = piece(fields.email);
  const auto about =
      joined(joined(std::move(who), ", ", piece(fields.company)), " - ", piece(fields.offer_title));
  const std::string_view what = lead.disposition == Disposition::test             ? "Test lead: "
                                : lead.disposition == Disposition::do_not_contact ? "Do not contact, lead: "
                                                                                  : "Lead: ";
  return std::string(what) + (about.empty() ? to_string(lead.id) : about);
}

std::string warning_of(const Lead& lead) {
  std::string warning;
  if (lead.disposition == Disposition::test) warning = "This is a test lead.";
  if (lead.disposition == Disposition::do_not_contact) {
    warning = "This person does not want to be contacted.";
  }
  const auto reason = piece(lead.disposition_reason);
  if (!warning.empty() && !reason.empty()) warning += " (" + reason + ")";
  return warning;
}

// "offer_title" -> "Offer title"
std::string label_of(std::string_view name) {
  std::string label(name);
  std::replace(label.begin(), label.end(), '_', ' ');
  if (label[0] >= 'a' && label[0] <= 'z') label[0] = static_cast<char>(label[0] - 'a' + 'A');
  return label;
}

void add_row(std::string label, std::string_view value, std::vector<Row>& rows) {
  auto cleaned = clean(value);
  if (!cleaned.empty()) rows.push_back({std::move(label), std::move(cleaned)});
}

void add_rows(const std::string& target, const Json& value, std::vector<Row>& rows) {
  if (value.is_object()) {
    for (const auto& [name, below] : value.items()) add_rows(joined(target, ".", name), below, rows);
  } else if (value.is_string()) {
    add_row(piece(target), value.get_ref<const std::string&>(), rows);
  } else if (!value.is_null()) {
    add_row(piece(target), value.dump(-1, ' ', false, Json::error_handler_t::replace), rows);
  }
}

void add_lead(const Lead& lead, std::vector<Row>& rows) {
  for (const auto& field : kLeadFields) add_row(label_of(field.name), lead.fields.*field.member, rows);
  add_row("Received", to_rfc3339(lead.received_at), rows);
  add_row("Source", lead.source, rows);
  add_row("Lead id", to_string(lead.id), rows);
  if (lead.duplicate_of) add_row("Duplicate of", to_string(*lead.duplicate_of), rows);
}

// Takes a target that has a meaning of its own out of what the mapping gave.
std::string take(const char* target, Json& mapped) {
  const auto found = mapped.find(target);
  if (found == mapped.end()) return {};
  std::string text = found->is_string() ? found->get<std::string>() : std::string{};
  mapped.erase(found);
  return text;
}

std::string as_text(const Content& content) {
  std::string text;
  if (!content.warning.empty()) text += content.warning + "\n\n";
  if (!content.text.empty()) text += content.text + "\n";
  if (!content.text.empty() && !content.rows.empty()) text += "\n";
  for (const auto& [label, value] : content.rows) {
    std::string indented;
    for (const char c : value) indented += c == '\n' ? "\n    " : std::string(1, c);
    text += label + ": " + indented + "\n";
  }
  return text;
}

std::string in_html(const std::string& text) {
  std::string html;
  for (const char c : encoding_for("text/html")(text)) html += c == '\n' ? "<br>\n" : std::string(1, c);
  return html;
}

std::string as_html(const Content& content) {
  std::string html = "<!DOCTYPE html>\n<html>\n<head><meta charset=\"utf-8\"></head>\n<body>\n";
  if (!content.warning.empty()) html += "<p><strong>" + in_html(content.warning) + "</strong></p>\n";
  if (!content.text.empty()) html += "<p>" + in_html(content.text) + "</p>\n";
  if (!content.rows.empty()) html += "<table cellpadding=\"4\">\n";
  for (const auto& [label, value] : content.rows) {
    html += "<tr><th align=\"left\" valign=\"top\">" + in_html(label) + "</th><td>" + in_html(value) +
            "</td></tr>\n";
  }
  if (!content.rows.empty()) html += "</table>\n";
  return html + "</body>\n</html>\n";
}

}  // namespace

http::Mail lead_mail(const LeadWithPayload& lead, const EmailOptions& options, Time now) {
  auto mapped = Json::parse(options.mapping.render(lead).json);
  auto subject = clean(take("subject", mapped));
  if (subject.empty()) subject = default_subject(lead);

  Content content{.warning = warning_of(lead), .text = clean(take("text", mapped)), .rows = {}};
  if (content.text.empty()) add_lead(lead, content.rows);
  add_rows("", mapped, content.rows);

  http::Mail mail;
  mail.from = options.from;
  mail.to = options.to;
  const auto email = trimmed(lead.fields.email);
  if (http::is_mail_address(email)) mail.reply_to = email;
  mail.subject = cut_to_characters(subject, kLongestSubject);
  mail.text = as_text(content);
  mail.html = as_html(content);
  mail.date = now;
  mail.id = to_string(lead.id);
  mail.auto_submitted = false;
  return mail;
}

}  // namespace leadspool::connector

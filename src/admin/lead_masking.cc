#include "admin/lead_masking.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "lead/test_mark.h"

namespace leadspool::admin {
namespace {

using Json = nlohmann::ordered_json;
using Mask = std::string (*)(std::string_view text);

constexpr std::string_view kDots = "•••";
constexpr std::ptrdiff_t kDigitsOfShortPhone = 6;
constexpr std::size_t kShownDigits = 2;

// What shows nothing of itself, or turns the direction of what follows: left away, not shown as first
// character.
constexpr std::array<std::string_view, 17> kInvisible{
    "\u00a0", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c",
    "\u202d", "\u202e", "\u2060", "\u2066", "\u2067", "\u2068", "\u2069", "\ufeff"};

std::string hide(std::string_view text) { return text.empty() ? std::string{} : std::string(kDots); }

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

std::size_t length_of_first(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && is_continuation(text[length])) ++length;
  return length;
}

bool is_invisible(std::string_view character) {
  const bool is_blank = character.size() == 1 && static_cast<unsigned char>(character[0]) <= ' ';
  return is_blank || std::find(kInvisible.begin(), kInvisible.end(), character) != kInvisible.end();
}

std::string_view without_invisible_begin(std::string_view text) {
  while (!text.empty()) {
    const auto first = text.substr(0, length_of_first(text));
    if (!is_invisible(first)) break;
    text.remove_prefix(first.size());
  }
  return text;
}

bool is_digit(char c) { return '0' <= c && c <= '9'; }

struct MaskedField {
  std::string_view name;
  Mask mask;
};

constexpr std::array<MaskedField, 5> kMasked{{{"first_name", masked_name},
                                              {"last_name", masked_name},
                                              {"email", masked_email},
                                              {"phone", masked_phone},
                                              {"description", hide}}};

void mask_fields(LeadFields& fields) {
  // A test lead's mark is nobody's name, and tells when the test was sent.
  const auto* const mark = find_test_mark(fields);
  for (const auto& [name, mask] : kMasked) {
    const auto* const field = find_lead_field(name);
    if (field != mark) fields.*field->member = mask(fields.*field->member);
  }
}

void mask_text(Json& text, Mask mask) {
  if (text.is_string()) text = mask(text.get_ref<const std::string&>());
}

std::string masked_changes(const std::string& changes_json) {
  Json changes = Json::parse(changes_json);
  for (const auto& [name, mask] : kMasked) {
    const auto change = changes.find(std::string(name));
    if (change == changes.end()) continue;
    for (auto& side : *change) mask_text(side, mask);
  }
  return changes.dump();
}

std::string masked_headers(const std::string& headers_json) {
  Json headers = Json::parse(headers_json);
  for (auto& value : headers) value = kDots;
  return headers.dump();
}

}  // namespace

std::string masked_name(std::string_view name) {
  if (name.empty()) return {};
  const auto visible = without_invisible_begin(name);
  const std::size_t first = visible.empty() ? 0 : length_of_first(visible);
  if (first == visible.size()) return std::string(kDots);
  return std::string(visible.substr(0, first)) + std::string(kDots);
}

std::string masked_email(std::string_view email) {
  const auto at = email.rfind('@');
  if (at == std::string_view::npos) return masked_name(email);
  const auto mailbox = email.substr(0, at);
  return (mailbox.empty() ? std::string(kDots) : masked_name(mailbox)) + std::string(email.substr(at));
}

std::string masked_phone(std::string_view phone) {
  if (std::count_if(phone.begin(), phone.end(), is_digit) < kDigitsOfShortPhone) return hide(phone);
  std::string last;
  for (auto at = phone.rbegin(); last.size() < kShownDigits; ++at) {
    if (is_digit(*at)) last.insert(last.begin(), *at);
  }
  return std::string(kDots) + last;
}

outbox::LeadView masked(outbox::LeadView lead) {
  mask_fields(lead.lead.fields);
  for (auto& delivery : lead.deliveries) {
    for (auto& attempt : delivery.attempts) attempt.answer_excerpt = hide(attempt.answer_excerpt);
  }
  return lead;
}

outbox::LeadDetail masked(outbox::LeadDetail lead) {
  lead.view = masked(std::move(lead.view));
  lead.headers_json = masked_headers(lead.headers_json);
  lead.remote_address = hide(lead.remote_address);
  for (auto& revision : lead.revisions) revision.changes_json = masked_changes(revision.changes_json);
  return lead;
}

}  // namespace leadspool::admin

// Any body at all: parse_lead() neither crashes nor lets through what the outbox would not take, and tells
// the same of the same body however it is laid out.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "lead/lead_parser.h"
#include "lead/verdict.h"

namespace {

using namespace leadspool;

void require(bool holds) {
  if (!holds) std::abort();
}

void require_clean(const LeadFields& fields) {
  for (const LeadField& field : kLeadFields) {
    const std::string& text = fields.*field.member;
    require(!find_invalid_utf8(text) && text.find('\0') == std::string::npos && text.size() <= kLongestText);
  }
}

struct Layout {
  std::string body;  // numbers and texts are as they were
  bool has_numbers = false;
};

// The same JSON with other white space.
Layout laid_out_anew(std::string_view body) {
  Layout anew;
  bool in_text = false;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    const bool between = !in_text && std::string_view("{}[],:").find(c) != std::string_view::npos;
    if (between) {
      anew.body.append("\n ").append(1, c).append("\t");
    } else if (in_text || std::string_view(" \t\r\n").find(c) == std::string_view::npos) {
      anew.body += c;
    }
    anew.has_numbers |= !in_text && c >= '0' && c <= '9';
    if (c == '"') in_text = !in_text;
    if (in_text && c == '\\') anew.body += body[++i];
  }
  return anew;
}

void require_same(std::string_view body, const ReadableLead& lead) {
  const auto parsed = parse_lead(body);
  const auto* same = std::get_if<ReadableLead>(&parsed);
  require(same != nullptr && same->fields == lead.fields && same->content == lead.content);
}

void require_same_however_laid_out(std::string_view body, const ReadableLead& lead) {
  require_same(body, lead);
  const Layout anew = laid_out_anew(body);
  require_same(anew.body, lead);
  // Another reader writes numbers in its own way; it sorts the keys.
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  const auto json = nlohmann::json::parse(body, nullptr, false);
  require(!json.is_discarded());
  if (!anew.has_numbers) require_same(json.dump(), lead);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto parsed = parse_lead(body);
  if (const auto* unreadable = std::get_if<Unreadable>(&parsed)) {
    require(!unreadable->code.empty() && !unreadable->message.empty() &&
            !find_invalid_utf8(unreadable->message));
  } else if (const auto* lead = std::get_if<ReadableLead>(&parsed)) {
    require_clean(lead->fields);
    require(lead->content.size() <= 8 * size);
    require((judge(lead->fields).disposition == Disposition::deliver) == judge(lead->fields).reason.empty());
    require_same_however_laid_out(body, *lead);
  }
  return 0;
}

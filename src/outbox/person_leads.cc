#include "outbox/person_leads.h"

#include <limits>
#include <string_view>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/indexed_words.h"
#include "outbox/lead_candidates.h"
#include "outbox/lead_row.h"
#include "outbox/mentions.h"
#include "outbox/search_index.h"

namespace leadspool::outbox {
namespace {

// Some tens of milliseconds' worth, as bodies are looked through.
constexpr int kLooksPerPiece = 500;

// What the lead has in words, and what it had: the body that came, and all that revisions changed.
constexpr const char* kAllTexts =
    "SELECT lead.id, " LEADSPOOL_SEARCH_TEXT
    " || ' ' || CAST(lead.payload AS TEXT) || ' ' || coalesce((SELECT "
    "  group_concat(changes_json || ' ' || coalesce(CAST(revision.payload AS TEXT), ''), ' ') "
    "  FROM revision WHERE revision.lead_number = lead.number), '') FROM lead WHERE lead.number = ?";

// To the index, the escape before a word in JSON is a part of that word: "\nanna" has the word "nanna".
constexpr std::string_view kEscapes[] = {"",      "n",     "t",     "r",     "b",     "f",     "u0009",
                                         "u000a", "u000d", "u0020", "u0022", "u0026", "u0027", "u0028",
                                         "u002b", "u002c", "u002d", "u002e", "u002f", "u003a", "u003b",
                                         "u003c", "u003d", "u003e", "u0040", "u005b", "u005f", "u007c",
                                         "u00a0", "u200b", "u200e", "u200f", "u201c", "u201e"};

std::string match_with_escapes(const std::vector<std::string>& words) {
  std::string expression;
  for (const auto& word : words) {
    if (!expression.empty()) expression += " AND ";
    std::string any;
    for (const auto escape : kEscapes) {
      any += (any.empty() ? "(\"" : " OR \"") + std::string(escape) + word + '"';
    }
    expression += any + ')';
  }
  return expression;
}

Candidates candidates_for(Connection& connection, const std::string& email) {
  const auto words = WordSplitter(connection).split(email);
  if (words.empty() || email.find('@') == std::string::npos) return listed({});
  return merged({leads_with_words(connection, match_with_escapes(words)), revised_leads(connection)});
}

std::optional<PersonLead> look_at(Connection& connection, std::int64_t number, const std::string& email) {
  auto row = connection.use(kAllTexts);
  row->bind(1, number);
  if (!row->executeStep()) return std::nullopt;
  const auto text = row->getColumn(1);
  const bool bears = mentions_address({text.getText(), static_cast<std::size_t>(text.getBytes())}, email);
  return bears ? std::optional{PersonLead{number, read_uuid(*row, 0)}} : std::nullopt;
}

}  // namespace

PersonLeads find_leads_of_person(Connection& connection, const std::string& email,
                                 std::optional<std::int64_t> before) {
  const auto numbers = candidates_for(connection, email)(
      before.value_or(std::numeric_limits<std::int64_t>::max()), kLooksPerPiece);
  PersonLeads found;
  for (const auto number : numbers) {
    if (auto lead = look_at(connection, number, email)) found.leads.push_back(std::move(*lead));
  }
  if (static_cast<int>(numbers.size()) == kLooksPerPiece) found.next_before = numbers.back();
  return found;
}

}  // namespace leadspool::outbox

#include "outbox/sought_leads.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/lead_row.h"
#include "outbox/search_index.h"

namespace leadspool::outbox {
namespace {

constexpr const char* kText = "SELECT " LEADSPOOL_SEARCH_TEXT " FROM lead WHERE number = ?";

// So many candidates are looked at one by one rather than asking the search index.
constexpr std::int64_t kFewLeads = 1'000;
// A beginning that very many words have costs the index much, so first the newest leads are looked at: what
// is frequent is found among them.
constexpr int kLooksBeforeIndex = 500;
// So many with one beginning of an address are put into order; "info@" may have more.
constexpr int kMostOfOneAddress = 5'000;
// Shorter ones are the beginning of too much.
constexpr std::ptrdiff_t kLettersOfABeginning = 3;

// Of UTF-8.
std::ptrdiff_t letters_of(std::string_view word) {
  return std::count_if(word.begin(), word.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

std::vector<WantedWord> wanted_words(const WordSplitter& splitter, const WordSearch& search) {
  std::vector<WantedWord> wanted;
  for (const auto& typed : search.words) {
    for (auto& word : splitter.split(typed)) {
      const bool is_beginning = letters_of(word) >= kLettersOfABeginning;
      wanted.push_back({std::move(word), is_beginning});
    }
  }
  return wanted;
}

// The words that an address has which ends, or begins, with `part`.
std::vector<WantedWord> words_of_address(const WordSplitter& splitter, const std::string& part, bool is_end) {
  std::vector<WantedWord> wanted;
  for (auto& word : splitter.split(part)) wanted.push_back({std::move(word)});
  // The last one may go on behind it.
  if (!is_end && !wanted.empty()) wanted.back().is_beginning = true;
  return wanted;
}

}  // namespace

SoughtLeads::SoughtLeads(Connection& connection, const LeadFilter& filter)
    : connection_(connection), splitter_(connection) {
  auto narrow = narrowest(connection, filter);
  candidates_ = std::move(narrow.next);
  if (!filter.search) return;

  if (const auto* email = std::get_if<EmailSearch>(&*filter.search)) {
    if (auto numbers = leads_by_email(connection, email->beginning, kMostOfOneAddress)) {
      candidates_ = listed(std::move(*numbers));
      return;
    }
    words_ = words_of_address(splitter_, email->beginning, false);
  } else if (const auto* domain = std::get_if<DomainSearch>(&*filter.search)) {
    words_ = words_of_address(splitter_, domain->domain, true);
  } else {
    words_ = wanted_words(splitter_, std::get<WordSearch>(*filter.search));
  }
  if (words_.empty()) {
    candidates_ = listed({});
  } else if (narrow.count > kFewLeads) {
    from_index_ = leads_with_words(connection, match_all(words_));
    looks_before_index_ = kLooksBeforeIndex;
  }
}

std::vector<std::int64_t> SoughtLeads::next(std::int64_t before, int count) {
  if (from_index_ && looks_before_index_ <= 0) {
    candidates_ = std::exchange(from_index_, nullptr);
    known_to_have_words_to_ = indexed_to(connection_);
  }
  looks_before_index_ -= count;
  return candidates_(before, count);
}

bool SoughtLeads::has_words(std::int64_t number) const {
  if (words_.empty() || number <= known_to_have_words_to_) return true;
  auto row = connection_.use(kText);
  row->bind(1, number);
  if (!row->executeStep()) return false;
  const auto text = row->getColumn(0);
  return splitter_.has_all({text.getText(), static_cast<std::size_t>(text.getBytes())}, words_);
}

}  // namespace leadspool::outbox

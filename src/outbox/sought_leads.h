// What a list's search looks for, and where: the candidates for a page of leads, and whether one of them has
// the words that were typed.
//
// Thread-safety: none; for one read transaction of its connection. Errors: SQLite::Exception.
#pragma once

#include <cstdint>
#include <vector>

#include "outbox/indexed_words.h"
#include "outbox/lead_candidates.h"
#include "outbox/reader.h"

namespace leadspool::outbox {

class SoughtLeads {
 public:
  // The connection outlives it. Of the filter's times nothing is looked at.
  SoughtLeads(Connection& connection, const LeadFilter& filter);

  // See Candidates. Each call goes on where the one before ended.
  [[nodiscard]] std::vector<std::int64_t> next(std::int64_t before, int count);

  // Whether this candidate has the words that are looked for; all other filters are the caller's to check.
  [[nodiscard]] bool has_words(std::int64_t number) const;

 private:
  Connection& connection_;
  WordSplitter splitter_;
  std::vector<WantedWord> words_;
  Candidates candidates_;
  // What the index is asked for, once so many of `candidates_` were looked at; empty: it is not asked.
  Candidates from_index_;
  int looks_before_index_ = 0;
  std::int64_t known_to_have_words_to_ = 0;
};

}  // namespace leadspool::outbox

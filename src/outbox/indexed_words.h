// Texts as the words that the search index makes of them: what is typed, and leads that are not in the index
// yet, are split by the index's own rules, so that both find the same.
//
// Thread-safety: none. Errors: SQLite::Exception.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace leadspool::outbox {

class Connection;

struct WantedWord {
  std::string text;  // as the index has it
  bool is_beginning = false;
  bool operator==(const WantedWord&) const = default;
};

class WordSplitter {
 public:
  // The connection outlives it.
  explicit WordSplitter(Connection& connection);
  ~WordSplitter();
  WordSplitter(const WordSplitter&) = delete;
  WordSplitter& operator=(const WordSplitter&) = delete;

  [[nodiscard]] std::vector<std::string> split(std::string_view text) const;

  // Whether `text` has all of `wanted`.
  [[nodiscard]] bool has_all(std::string_view text, const std::vector<WantedWord>& wanted) const;

 private:
  struct Rules;
  std::unique_ptr<Rules> rules_;
};

// What the index is asked (MATCH) for leads that have all of `wanted`, which are at least one.
[[nodiscard]] std::string match_all(const std::vector<WantedWord>& wanted);

}  // namespace leadspool::outbox

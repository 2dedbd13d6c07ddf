#include "outbox/indexed_words.h"

#include <algorithm>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "outbox/connection.h"

namespace leadspool::outbox {
namespace {

// The index's rules (migrations/0004): tokenize = 'unicode61 remove_diacritics 2'.
constexpr const char* kRulesName = "unicode61";
constexpr const char* kRulesArguments[] = {"remove_diacritics", "2"};

constexpr const char* kFindApi = "SELECT fts5(?1)";

void require(int result) {
  if (result != SQLITE_OK) throw SQLite::Exception("cannot split texts as the search index does", result);
}

// SQLite hands it out by writing to an address that is bound, which SQLiteCpp cannot bind.
fts5_api* find_api(Connection& connection) {
  fts5_api* api = nullptr;
  sqlite3_stmt* call = nullptr;
  require(sqlite3_prepare_v2(connection.database().getHandle(), kFindApi, -1, &call, nullptr));
  sqlite3_bind_pointer(call, 1, &api, "fts5_api_ptr", nullptr);
  sqlite3_step(call);
  require(sqlite3_finalize(call));
  require(api == nullptr ? SQLITE_ERROR : SQLITE_OK);
  return api;
}

bool is_met_by(const WantedWord& wanted, std::string_view word) {
  return wanted.is_beginning ? word.substr(0, wanted.text.size()) == wanted.text : word == wanted.text;
}

}  // namespace

struct WordSplitter::Rules {
  fts5_tokenizer functions{};
  Fts5Tokenizer* tokenizer = nullptr;

  explicit Rules(fts5_api* api) {
    void* context = nullptr;
    require(api->xFindTokenizer(api, kRulesName, &context, &functions));
    auto** const arguments = const_cast<const char**>(kRulesArguments);
    require(functions.xCreate(context, arguments, static_cast<int>(std::size(kRulesArguments)), &tokenizer));
  }
  ~Rules() { functions.xDelete(tokenizer); }
  Rules(const Rules&) = delete;
  Rules& operator=(const Rules&) = delete;

  // Calls `see` with each word until it says false.
  template <typename See>
  void for_each_word(std::string_view text, See see) const {
    const auto on_word = [](void* seeing, int, const char* word, int size, int, int) {
      const bool goes_on = (*static_cast<See*>(seeing))({word, static_cast<std::size_t>(size)});
      return goes_on ? SQLITE_OK : SQLITE_DONE;
    };
    const int result = functions.xTokenize(tokenizer, &see, FTS5_TOKENIZE_DOCUMENT, text.data(),
                                           static_cast<int>(text.size()), on_word);
    if (result != SQLITE_DONE) require(result);
  }
};

WordSplitter::WordSplitter(Connection& connection) : rules_(std::make_unique<Rules>(find_api(connection))) {}
WordSplitter::~WordSplitter() = default;

std::vector<std::string> WordSplitter::split(std::string_view text) const {
  std::vector<std::string> words;
  rules_->for_each_word(text, [&](std::string_view word) {
    words.emplace_back(word);
    return true;
  });
  return words;
}

bool WordSplitter::has_all(std::string_view text, const std::vector<WantedWord>& wanted) const {
  std::vector<const WantedWord*> missing;
  for (const auto& each : wanted) missing.push_back(&each);
  if (missing.empty()) return true;
  rules_->for_each_word(text, [&](std::string_view word) {
    std::erase_if(missing, [&](const WantedWord* each) { return is_met_by(*each, word); });
    return !missing.empty();
  });
  return missing.empty();
}

std::string match_all(const std::vector<WantedWord>& wanted) {
  std::string expression;
  for (const auto& each : wanted) {
    if (!expression.empty()) expression += " AND ";
    // Words of the index have no quotes in them.
    expression += '"' + each.text + (each.is_beginning ? "\"*" : "\"");
  }
  return expression;
}

}  // namespace leadspool::outbox

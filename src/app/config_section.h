// Reading one table of the configuration: typed values with their ranges, and every mistake collected with
// its place, so that all are shown at once.
//
// A key is known once it was asked for; refuse_unknown() then reports the rest with the nearest known key.
//
// Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/toml_reader.h"
#include "base/digest.h"

namespace leadspool::app {

// What is wrong, where, and how to mend it.
struct ConfigError {
  std::string file;
  int line = 1;
  int column = 1;
  std::string key;  // "receiver.listen"; empty when the file itself is wrong
  std::string message;
  std::string mend;  // a command that mends it, where there is one
};

// "leadspool.toml:7:1: receiver.lisen: unknown key; did you mean `listen`?"
[[nodiscard]] std::string to_string(const ConfigError& error);

// Everything found while reading one file.
struct ConfigFindings {
  std::string file;
  std::vector<ConfigError> errors;
  std::vector<ConfigError> warnings;
  std::vector<std::string> secret_files;  // paths of those that are named
};

class ConfigSection {
 public:
  // `title` is the dotted name of the table, empty for the file's own; `place` is where a missing key is
  // reported. All are borrowed but the title.
  ConfigSection(const TomlTable& table, TomlPlace place, std::string title, ConfigFindings& findings)
      : table_(table), place_(place), title_(std::move(title)), findings_(findings) {}

  // The value as written; nullptr when absent.
  [[nodiscard]] const TomlValue* find(std::string_view key);

  // nullopt when absent, and when the value is of another type, which is reported.
  [[nodiscard]] std::optional<std::string> text(std::string_view key);
  [[nodiscard]] std::int64_t whole_number(std::string_view key, std::int64_t fallback, std::int64_t least,
                                          std::int64_t most);
  [[nodiscard]] std::vector<std::int64_t> whole_numbers(std::string_view key,
                                                        std::vector<std::int64_t> fallback,
                                                        std::int64_t least, std::int64_t most);
  // Whole or not; nullopt when absent.
  [[nodiscard]] std::optional<double> number(std::string_view key, double least, double most);
  // An array; empty when absent.
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);
  // An array, or one text alone; empty when absent.
  [[nodiscard]] std::vector<std::string> text_or_texts(std::string_view key);
  // One SHA-256 in hexadecimal, or an array of them.
  [[nodiscard]] std::vector<Sha256> hashes(std::string_view key);
  // nullptr when absent.
  [[nodiscard]] const TomlTable* table(std::string_view key);
  // The table that stands at `key`, as a section whose mistakes are told with this one's.
  [[nodiscard]] ConfigSection section(const TomlTable& table, std::string_view key) const;

  template <typename Value>
  [[nodiscard]] Value one_of(std::string_view key, Value fallback,
                             const std::vector<std::pair<std::string, Value>>& choices) {
    const auto written = text(key);
    if (!written) return fallback;
    std::vector<std::string> words;
    for (const auto& [word, value] : choices) {
      if (*written == word) return value;
      words.push_back(word);
    }
    error(key, "is `" + *written + "`, but must be " + alternatives(words));
    return fallback;
  }

  // At the key's place, or at the table's when the key is absent.
  void error(std::string_view key, std::string message);
  void error_at(TomlPlace place, std::string_view key, std::string message);
  void warning(std::string_view key, std::string message, std::string mend = {});
  void note_secret_file(std::string path) { findings_.secret_files.push_back(std::move(path)); }

  // Reports every key that nothing asked for.
  void refuse_unknown();

  [[nodiscard]] TomlPlace place_of(std::string_view key) const;

 private:
  [[nodiscard]] static std::string alternatives(const std::vector<std::string>& words);
  [[nodiscard]] ConfigError make(TomlPlace place, std::string_view key, std::string message) const;
  void error_of_type(std::string_view key, const TomlValue& value, std::string_view wanted);
  [[nodiscard]] bool in_range(std::string_view key, const TomlValue& value, std::int64_t least,
                              std::int64_t most);

  const TomlTable& table_;
  TomlPlace place_;
  std::string title_;
  ConfigFindings& findings_;
  std::vector<std::string> known_;
};

}  // namespace leadspool::app

// A TOML file as a plain tree that remembers where everything stands; toml++ stays behind it.
//
// Thread-safety: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace leadspool::app {

// Both from 1.
struct TomlPlace {
  int line = 1;
  int column = 1;

  auto operator<=>(const TomlPlace&) const = default;
};

struct TomlValue;
struct TomlEntry;
using TomlArray = std::vector<TomlValue>;
using TomlTable = std::vector<TomlEntry>;  // in the order of the file

// A date or a time, of which no key of ours has any.
struct TomlMoment {};

struct TomlValue {
  TomlPlace place;
  std::variant<std::string, std::int64_t, double, bool, TomlArray, TomlTable, TomlMoment> held;
};

struct TomlEntry {
  std::string key;
  TomlPlace place;  // of the key
  TomlValue value;
};

struct TomlSyntaxError {
  TomlPlace place;
  std::string message;
};

// The whole file's table, or the first place where it is not TOML.
[[nodiscard]] std::variant<TomlTable, TomlSyntaxError> read_toml(std::string_view text);

}  // namespace leadspool::app

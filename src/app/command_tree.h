// All commands with their options and examples, as values: what completions, the man page and corrections of
// mistyped words are made from, so that none of them can differ from what the program takes.
//
// Thread-safety: values; describe(), main's thread.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace leadspool::app {

struct OptionDescription {
  std::vector<std::string> names;    // {"--json"}, {"-h", "--help"}; one without dashes: a positional, "ID"
  std::string value;                 // what it takes, "FILE"; empty: a flag
  std::vector<std::string> choices;  // the words it takes, if only some
  std::string fallback;              // what it is when it is not given; empty: nothing to be told
  std::string sentence;
  bool required = false;

  [[nodiscard]] bool is_positional() const { return !names.front().starts_with('-'); }
  [[nodiscard]] bool takes_file() const { return value == "FILE" || value == "DIR"; }
};

struct CommandDescription {
  std::string name;      // "leadspool leads list"
  std::string sentence;  // what it does
  std::vector<OptionDescription> options;
  std::string epilogue;  // what follows its --help: examples, most often
  std::vector<CommandDescription> commands;

  // The last word of its name.
  [[nodiscard]] std::string word() const;
};

[[nodiscard]] CommandDescription describe(const CLI::App& app);

// The command itself and all below it, each before those below it.
[[nodiscard]] std::vector<const CommandDescription*> all_commands(const CommandDescription& root);

}  // namespace leadspool::app

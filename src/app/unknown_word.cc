#include "app/unknown_word.h"

#include <algorithm>
#include <string_view>

#include "app/text_table.h"
#include "base/nearest_name.h"

namespace leadspool::app {
namespace {

const OptionDescription* find_option(const CommandDescription& command, std::string_view name) {
  for (const auto& option : command.options) {
    if (std::find(option.names.begin(), option.names.end(), name) != option.names.end()) return &option;
  }
  return nullptr;
}

const CommandDescription* find_command(const CommandDescription& parent, const std::string& word) {
  for (const auto& command : parent.commands) {
    if (command.word() == word) return &command;
  }
  return nullptr;
}

std::string sentence(const std::string& what, const std::string& word, const CommandDescription& command,
                     const std::vector<std::string>& known) {
  const std::vector<std::string_view> names(known.begin(), known.end());
  const auto nearest = nearest_name(word, names);
  return command.name + " has no " + what + " " + printable(word) +
         (nearest ? "; did you mean " + std::string(*nearest) + "?"
                  : "; `" + command.name + " --help` shows what it has");
}

std::string unknown_option(const CommandDescription& command, const std::string& name) {
  std::vector<std::string> known;
  for (const auto& option : command.options) {
    if (!option.is_positional()) known.insert(known.end(), option.names.begin(), option.names.end());
  }
  return sentence("option", name, command, known);
}

std::string unknown_command(const CommandDescription& command, const std::string& word) {
  std::vector<std::string> known;
  for (const auto& below : command.commands) known.push_back(below.word());
  return sentence("command", word, command, known);
}

}  // namespace

std::optional<std::string> find_unknown_word(const CommandDescription& root,
                                             const std::vector<std::string>& words) {
  const auto* command = &root;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (word == "--") return std::nullopt;
    if (word.size() > 1 && word.starts_with('-')) {
      const auto name = word.starts_with("--") ? word.substr(0, word.find('=')) : word.substr(0, 2);
      const auto* const option = find_option(*command, name);
      if (option == nullptr) return unknown_option(*command, name);
      const bool is_next_its_value = !option->value.empty() && name == word;
      if (is_next_its_value) ++i;
    } else if (const auto* const below = find_command(*command, word)) {
      command = below;
    } else if (!command->commands.empty()) {
      return unknown_command(*command, word);
    }
  }
  return std::nullopt;
}

}  // namespace leadspool::app

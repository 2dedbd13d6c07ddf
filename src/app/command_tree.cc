#include "app/command_tree.h"

#include <cstddef>
#include <string_view>

#include <CLI/CLI.hpp>

namespace leadspool::app {
namespace {

// "NAME:{a,b}" is how the words are told that an option takes.
std::vector<std::string> choices_of(std::string_view type) {
  const auto begin = type.find('{');
  const auto end = type.rfind('}');
  std::vector<std::string> choices;
  if (begin == std::string_view::npos || end == std::string_view::npos) return choices;
  type = type.substr(begin + 1, end - begin - 1);
  while (!type.empty()) {
    const auto comma = type.find(',');
    choices.emplace_back(type.substr(0, comma));
    type = comma == std::string_view::npos ? std::string_view{} : type.substr(comma + 1);
  }
  return choices;
}

OptionDescription describe_option(const CLI::Option& option) {
  OptionDescription described;
  for (const auto& name : option.get_snames()) described.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) described.names.push_back("--" + name);
  if (described.names.empty()) described.names.push_back(option.get_name(true));
  const bool is_flag = option.get_items_expected_max() == 0;
  if (!is_flag) {
    const auto type = option.get_type_name();
    described.choices = choices_of(type);
    described.value = described.choices.empty() ? type.substr(0, type.find(':')) : "WORD";
    described.fallback = option.get_default_str();
  }
  described.sentence = option.get_description();
  described.required = option.get_required();
  return described;
}

CommandDescription describe_below(const CLI::App& app, const std::string& before) {
  CommandDescription described;
  described.name = before + app.get_name();
  described.sentence = app.get_description();
  for (const auto* option : app.get_options()) described.options.push_back(describe_option(*option));
  described.epilogue = app.get_footer();
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    described.commands.push_back(describe_below(*command, described.name + " "));
  }
  return described;
}

void collect(const CommandDescription& command, std::vector<const CommandDescription*>& all) {
  all.push_back(&command);
  for (const auto& below : command.commands) collect(below, all);
}

}  // namespace

std::string CommandDescription::word() const { return name.substr(name.rfind(' ') + 1); }

CommandDescription describe(const CLI::App& app) { return describe_below(app, ""); }

std::vector<const CommandDescription*> all_commands(const CommandDescription& root) {
  std::vector<const CommandDescription*> all;
  collect(root, all);
  return all;
}

}  // namespace leadspool::app

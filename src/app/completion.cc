#include "app/completion.h"

#include <algorithm>

namespace leadspool::app {
namespace {

// Within '...' in a POSIX shell.
std::string quoted(std::string_view text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

// The first sentence, which is what a list of completions has room for.
std::string brief(const std::string& sentence) {
  const auto end = std::min(sentence.find_first_of(";:\n"), sentence.find(". "));
  auto text = sentence.substr(0, end);
  while (text.ends_with('.')) text.pop_back();
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string function_name(const CommandDescription& command) {
  std::string name = "_" + command.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// All that may stand after the command's name.
std::string words_after(const CommandDescription& command) {
  std::vector<std::string> words;
  for (const auto& below : command.commands) words.push_back(below.word());
  for (const auto& option : command.options) {
    if (!option.is_positional()) words.insert(words.end(), option.names.begin(), option.names.end());
    if (option.is_positional()) words.insert(words.end(), option.choices.begin(), option.choices.end());
  }
  return joined(words);
}

// Bash has no words for what it proposes, so a table of words is all there is to it.
std::string bash_values(const CommandDescription& command) {
  std::string text;
  for (const auto& option : command.options) {
    if (option.is_positional() || option.value.empty()) continue;
    for (const auto& name : option.names) {
      text += "    '" + command.name + " " + name + "')" +
              (!option.choices.empty() ? " words=" + quoted(joined(option.choices)) + ";;"
               : option.takes_file()   ? " files=yes;;"
                                       : ";;") +
              "\n";
    }
  }
  return text;
}

std::string bash_script(const CommandDescription& root) {
  std::string names;
  std::string values;
  std::string words;
  for (const auto* command : all_commands(root)) {
    if (command != &root) names += (names.empty() ? "'" : "|'") + command->name + "'";
    values += bash_values(*command);
    const bool takes_file =
        std::any_of(command->options.begin(), command->options.end(),
                    [](const auto& each) { return each.is_positional() && each.takes_file(); });
    words += "      '" + command->name + "') words=" + quoted(words_after(*command)) +
             (takes_file ? "; files=yes" : "") + ";;\n";
  }
  return "# Completion of leadspool for bash: . <(leadspool completion bash)\n"
         "_leadspool() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  local command=leadspool words= files= word\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    case \"$command $word\" in\n"
         "    " +
         names +
         ") command=\"$command $word\";;\n"
         "    esac\n"
         "  done\n"
         "  case \"$command $previous\" in\n" +
         values +
         "    *)\n"
         "      case \"$command\" in\n" +
         words +
         "      esac;;\n"
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "  if [ -n \"$files\" ]; then COMPREPLY+=($(compgen -f -- \"$current\")); fi\n"
         "}\n"
         "complete -o filenames -F _leadspool leadspool\n";
}

// Within the brackets of an _arguments specification.
std::string zsh_text(const std::string& sentence) {
  std::string text;
  for (const char c : brief(sentence)) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') text += '\\';
    text += c;
  }
  return text;
}

std::string zsh_action(const OptionDescription& option) {
  if (!option.choices.empty()) return "(" + joined(option.choices) + ")";
  return option.takes_file() ? "_files" : " ";
}

std::string zsh_function(const CommandDescription& command) {
  std::string text = function_name(command) + "() {\n  local state line\n  _arguments -C";
  for (const auto& option : command.options) {
    if (option.is_positional()) {
      text += " \\\n    " + quoted(std::string(option.required ? ":" : "::") + option.names.front() + ":" +
                                   zsh_action(option));
      continue;
    }
    for (const auto& name : option.names) {
      text +=
          " \\\n    " + quoted("*" + name + "[" + zsh_text(option.sentence) + "]" +
                               (option.value.empty() ? "" : ":" + option.value + ":" + zsh_action(option)));
    }
  }
  if (command.commands.empty()) return text + "\n}\n";
  text += " \\\n    ': :->command' '*:: :->rest'\n  case $state in\n  command)\n    local -a commands=(";
  for (const auto& below : command.commands) {
    text += "\n      " + quoted(below.word() + ":" + brief(below.sentence));
  }
  text += ")\n    _describe command commands;;\n  rest)\n    case $line[1] in\n";
  for (const auto& below : command.commands) {
    text += "    " + below.word() + ") " + function_name(below) + ";;\n";
  }
  return text + "    esac;;\n  esac\n}\n";
}

std::string zsh_script(const CommandDescription& root) {
  std::string text =
      "#compdef leadspool\n# Completion of leadspool for zsh: leadspool completion zsh > "
      "\"${fpath[1]}/_leadspool\"\n";
  for (const auto* command : all_commands(root)) text += zsh_function(*command);
  return text +
         "if [ \"$funcstack[1]\" = _leadspool ]; then _leadspool \"$@\"; else compdef _leadspool leadspool; "
         "fi\n";
}

std::string fish_option(const OptionDescription& option) {
  std::string text;
  for (const auto& name : option.names) {
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (!option.value.empty()) text += option.takes_file() ? " -r -F" : " -x";
  if (!option.choices.empty()) text += " -a " + quoted(joined(option.choices));
  return text + " -d " + quoted(brief(option.sentence));
}

// Which words stand before is asked of fish's own list of them.
std::string fish_script(const CommandDescription& root) {
  std::string text =
      "# Completion of leadspool for fish: leadspool completion fish | source\n"
      "function __leadspool_at\n"
      "  set -l words (commandline -opc | string match -v -- '-*')\n"
      "  set -l wanted (string split ' ' -- $argv[1])\n"
      "  set -l begun $words[1..(count $wanted)]\n"
      "  set -l next (math (count $wanted) + 1)\n"
      "  test \"$begun\" = \"$wanted\"; and not contains -- \"$words[$next]\" $argv[2..-1]\n"
      "end\n"
      "complete -c leadspool -f\n";
  for (const auto* command : all_commands(root)) {
    std::vector<std::string> below;
    for (const auto& each : command->commands) below.push_back(each.word());
    const std::string at =
        "complete -c leadspool -n " + quoted("__leadspool_at \"" + command->name + "\" " + joined(below));
    for (const auto& each : command->commands) {
      text += at + " -a " + each.word() + " -d " + quoted(brief(each.sentence)) + "\n";
    }
    for (const auto& option : command->options) {
      if (!option.is_positional()) {
        text += at + fish_option(option) + "\n";
      } else if (!option.choices.empty()) {
        text += at + " -a " + quoted(joined(option.choices)) + "\n";
      } else if (option.takes_file()) {
        text += at + " -F\n";
      }
    }
  }
  return text;
}

}  // namespace

std::optional<std::string> completion_script(const CommandDescription& root, std::string_view shell) {
  if (shell == "bash") return bash_script(root);
  if (shell == "zsh") return zsh_script(root);
  if (shell == "fish") return fish_script(root);
  return std::nullopt;
}

}  // namespace leadspool::app

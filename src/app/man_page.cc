#include "app/man_page.h"

#include <algorithm>
#include <string_view>

namespace leadspool::app {
namespace {

// Text that roff shows as it is: no escapes, no requests, and dashes that can be copied.
std::string plain(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins_line = i == 0 || text[i - 1] == '\n';
    if (begins_line && (text[i] == '.' || text[i] == '\'')) shown += "\\&";
    if (text[i] == '\\') {
      shown += "\\e";
    } else if (text[i] == '-') {
      shown += "\\-";
    } else if (text[i] == '\'') {
      shown += "\\(aq";
    } else if (text[i] == '`') {
      shown += "\\(ga";
    } else if (text[i] == '~') {
      shown += "\\(ti";
    } else if (text[i] == '^') {
      shown += "\\(ha";
    } else {
      shown += text[i];
    }
  }
  return shown;
}

// A paragraph of running text, a sentence a line as roff likes it.
std::string paragraph(std::string_view text) {
  std::string shown = plain(text);
  for (auto at = shown.find(". "); at != std::string::npos; at = shown.find(". ", at))
    shown.replace(at, 2, ".\n");
  return shown + "\n";
}

std::string bold(std::string_view text) { return "\\fB" + plain(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + plain(text) + "\\fR"; }

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : std::string(between)) + word;
  return text;
}

std::string synopsis(const CommandDescription& command) {
  std::string text = bold(command.name);
  const bool has_options = std::any_of(command.options.begin(), command.options.end(),
                                       [](const auto& each) { return !each.is_positional(); });
  for (const auto& option : command.options) {
    if (option.is_positional() || !option.required) continue;
    text += " " + bold(option.names.back()) + " " + italic(option.value);
  }
  if (has_options) text += " [" + italic("options") + "]";
  for (const auto& option : command.options) {
    if (!option.is_positional()) continue;
    const auto name = italic(option.names.front());
    text += option.required ? " " + name : " [" + name + "]";
  }
  if (!command.commands.empty()) text += " " + italic("command");
  return text + "\n";
}

std::string option_text(const OptionDescription& option) {
  std::string names;
  for (const auto& name : option.names) {
    names += (names.empty() ? "" : ", ") + (option.is_positional() ? italic(name) : bold(name));
  }
  if (!option.is_positional() && !option.value.empty()) names += " " + italic(option.value);
  auto sentence = option.sentence.empty() ? option.value : option.sentence;
  if (!sentence.ends_with('.')) sentence += '.';
  std::string text = ".TP\n" + names + "\n" + paragraph(sentence);
  if (!option.choices.empty()) text += "One of: " + plain(joined(option.choices, ", ")) + ".\n";
  if (!option.fallback.empty()) text += "Default: " + plain(option.fallback) + ".\n";
  return text;
}

// Examples and tables, line by line as they stand in --help.
std::string epilogue_text(const std::string& epilogue) {
  if (epilogue.empty()) return {};
  return ".PP\n.nf\n" + plain(epilogue) + "\n.fi\n";
}

std::string command_text(const CommandDescription& command) {
  std::string text =
      ".SS " + plain(command.name) + "\n" + synopsis(command) + ".PP\n" + paragraph(command.sentence);
  for (const auto& option : command.options) text += option_text(option);
  return text + epilogue_text(command.epilogue);
}

constexpr std::string_view kExitCodes =
    ".SH EXIT STATUS\n"
    ".TP\n0\nDone.\n"
    ".TP\n1\nFailed: what was asked for was not done, or a check found something.\n"
    ".TP\n2\nThe command line is wrong.\n"
    ".TP\n3\nThe configuration is missing or has mistakes.\n";

constexpr std::string_view kFiles =
    ".SH FILES\n"
    ".TP\n\\fIleadspool.toml\\fR, \\fI/etc/leadspool/leadspool.toml\\fR\n"
    "The configuration, where no \\fB\\-\\-config\\fR names one.\n"
    "Its every key is told in \\fIconfig/leadspool.toml\\fR of the distribution.\n"
    ".TP\n\\fIleadspool.db\\fR\n"
    "The store, where the configuration names no other; beside it while the service runs its log, its lock, "
    "and\n"
    "the socket by which commands reach the service.\n";

constexpr std::string_view kEnvironment =
    ".SH ENVIRONMENT\n"
    ".TP\n\\fBCOLUMNS\\fR\n"
    "How wide tables may be, where standard output is a terminal; else the terminal tells.\n"
    ".PP\n"
    "Secrets of destinations are read from variables that the configuration names.\n";

}  // namespace

std::string man_page(const CommandDescription& root, const std::string& version) {
  std::string text =
      ".TH LEADSPOOL 1 \"\" \"Leadspool " + version + "\" \"Leadspool\"\n" +
      ".SH NAME\nleadspool \\- keeps sales leads from a marketplace and delivers them to a CRM\n" +
      ".SH SYNOPSIS\n" + synopsis(root) + ".SH DESCRIPTION\n" + paragraph(root.sentence) +
      "Commands about leads ask the running service, or open the store themselves where none runs.\n" +
      ".SH OPTIONS\n";
  for (const auto& option : root.options) text += option_text(option);
  text += ".SH COMMANDS\n";
  for (const auto* command : all_commands(root)) {
    if (command != &root) text += command_text(*command);
  }
  return text + std::string(kExitCodes) + std::string(kFiles) + std::string(kEnvironment);
}

}  // namespace leadspool::app

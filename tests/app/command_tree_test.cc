// Completions, the man page and corrections of mistyped words, each from a small tree of commands.
#include "app/command_tree.h"

#include "app/completion.h"
#include "app/man_page.h"
#include "app/unknown_word.h"
#include "support/catch.h"

namespace leadspool::app {
namespace {

CommandDescription tree() {
  const OptionDescription help{{"-h", "--help"}, "", {}, "", "Shows this", false};
  CommandDescription list{
      "leadspool leads list", "Lists leads.", {help}, "Examples:\n  leadspool leads list", {}};
  list.options.push_back({{"--state"}, "WORD", {"dead", "held"}, "", "Only those", false});
  list.options.push_back({{"--output"}, "FILE", {}, "leads.csv", "A file; it's replaced", false});
  CommandDescription show{"leadspool leads show", "Shows a lead.", {help}, "", {}};
  show.options.push_back({{"ID"}, "TEXT", {}, "", ".its id", true});
  CommandDescription leads{"leadspool leads", "Looks at leads.", {help}, "", {list, show}};
  return {"leadspool", "Keeps leads. And delivers them.", {help}, "", {leads}};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a mistyped command or option is told with the nearest one") {
  const struct {
    std::vector<std::string> words;
    std::string sentence;
  } cases[] = {
      {{"leeds"}, "leadspool has no command leeds; did you mean leads?"},
      {{"leads", "lst"}, "leadspool leads has no command lst; did you mean list?"},
      {{"leads", "list", "--sate", "dead"},
       "leadspool leads list has no option --sate; did you mean --state?"},
      {{"leads", "list", "--sate=dead"}, "leadspool leads list has no option --sate; did you mean --state?"},
      {{"leads", "list", "--zzzzzzzz"},
       "leadspool leads list has no option --zzzzzzzz; `leadspool leads list --help` shows what it has"},
      {{"--json", "leads"}, "leadspool has no option --json; `leadspool --help` shows what it has"}};
  for (const auto& each : cases) {
    const auto found = find_unknown_word(tree(), each.words);
    INFO(each.sentence);
    REQUIRE(found.has_value());
    REQUIRE(*found == each.sentence);
  }
}

TEST_CASE("values and positionals are no unknown words") {
  using Words = std::vector<std::string>;
  for (const auto& words :
       {Words{"leads", "show", "lst"}, Words{"leads", "list", "--output", "--odd"},
        Words{"leads", "list", "--output=x"}, Words{"leads", "show", "--", "--odd"}, Words{}}) {
    REQUIRE_FALSE(find_unknown_word(tree(), words).has_value());
  }
}

TEST_CASE("each shell's completion names every command, option and choice") {
  for (const auto* shell : {"bash", "zsh", "fish"}) {
    const auto script = completion_script(tree(), shell);
    REQUIRE(script.has_value());
    INFO(*script);
    for (const auto* word : {"leads", "list", "show", "state", "output", "dead held", "help"}) {
      INFO(word);
      REQUIRE(contains(*script, word));
    }
  }
  REQUIRE_FALSE(completion_script(tree(), "tcsh").has_value());
}

TEST_CASE("the man page names every command and option, and hides nothing from roff") {
  const auto page = man_page(tree(), "1.2.3");
  INFO(page);
  REQUIRE(page.starts_with(".TH LEADSPOOL 1 \"\" \"Leadspool 1.2.3\""));
  REQUIRE(contains(page, ".SS leadspool leads list\n"));
  REQUIRE(contains(page, "\\fB\\-\\-state\\fR \\fIWORD\\fR\n"));
  REQUIRE(contains(page, "One of: dead, held.\n"));
  REQUIRE(contains(page, "Default: leads.csv.\n"));
  REQUIRE(contains(page, "it\\(aqs replaced.\n"));
  REQUIRE(contains(page, "\n\\&.its id.\n"));
  REQUIRE(contains(page, "Keeps leads.\nAnd delivers them.\n"));
  REQUIRE(contains(page, "  leadspool leads list\n.fi\n"));
}

}  // namespace leadspool::app

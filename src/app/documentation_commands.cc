#include "app/documentation_commands.h"

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "app/command_line.h"
#include "app/command_tree.h"
#include "app/completion.h"
#include "app/man_page.h"
#include "base/check.h"

namespace leadspool::app {

void add_documentation_commands(CommandLine& line) {
  const auto shell = std::make_shared<std::string>();
  auto& completion = line.add("completion", "Prints a script that completes command lines in a shell.",
                              "  . <(leadspool completion bash)\n"
                              "  leadspool completion bash > /etc/bash_completion.d/leadspool\n"
                              "  leadspool completion zsh > \"${fpath[1]}/_leadspool\"\n"
                              "  leadspool completion fish > ~/.config/fish/completions/leadspool.fish");
  completion.add_option("SHELL", *shell, "Which shell it is for")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  line.on_call(completion, [&line, shell] {
    const auto script = completion_script(describe(line.root()), *shell);
    CHECK(script.has_value());
    print(*script);
    return kDone;
  });

  auto& man = line.add("man", "Prints the man page: every command with its options and examples.",
                       "  leadspool man | man -l -\n"
                       "  leadspool man > /usr/local/share/man/man1/leadspool.1");
  line.on_call(man, [&line] {
    print(man_page(describe(line.root()), LEADSPOOL_VERSION));
    return kDone;
  });
}

}  // namespace leadspool::app

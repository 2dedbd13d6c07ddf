// Scripts that complete a command line in a shell: commands, options, the words that an option takes, files.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/command_tree.h"

namespace leadspool::app {

// For "bash", "zsh" or "fish"; nullopt for any other.
[[nodiscard]] std::optional<std::string> completion_script(const CommandDescription& root,
                                                           std::string_view shell);

}  // namespace leadspool::app

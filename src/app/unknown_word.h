// What a person may have mistyped on the command line, told in a sentence with the nearest word that exists.
//
// Thread-safety: pure function.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/command_tree.h"

namespace leadspool::app {

// The first command or option in `words` (without the program's name) that there is none of; nullopt: all are
// known. For a line that was refused: it does not look at values.
[[nodiscard]] std::optional<std::string> find_unknown_word(const CommandDescription& root,
                                                           const std::vector<std::string>& words);

}  // namespace leadspool::app

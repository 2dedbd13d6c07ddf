// Commands that are shown to be copied into a shell.
//
// Thread-safety: pure.
#pragma once

#include <string>

namespace leadspool::app {

// `text` as one word of a shell, in quotes where it needs them. What it could not be typed as is left as a
// terminal shows it.
[[nodiscard]] std::string shell_word(const std::string& text);

}  // namespace leadspool::app

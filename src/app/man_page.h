// The man page leadspool(1), in roff with the man macros.
//
// Thread-safety: pure function.
#pragma once

#include <string>

#include "app/command_tree.h"

namespace leadspool::app {

[[nodiscard]] std::string man_page(const CommandDescription& root, const std::string& version);

}  // namespace leadspool::app

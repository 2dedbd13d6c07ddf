// The configuration that the packages install (config/package/leadspool.toml): comments alone, whose first
// line says that nothing is set up yet. `leadspool init` may replace it, and nothing else.
//
// Thread-safety: any thread.
#pragma once

#include <string_view>

namespace leadspool::app {

// Whether a configuration's text is such a one, whichever version of the package it came with.
[[nodiscard]] bool is_packaged_config(std::string_view text);

}  // namespace leadspool::app

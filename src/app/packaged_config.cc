#include "app/packaged_config.h"

#include <cstddef>

namespace leadspool::app {

bool is_packaged_config(std::string_view text) {
  if (!text.starts_with("# Leadspool is not set up yet")) return false;
  // What a person has written below is theirs.
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', end + 1)) {
    const auto next = text.find_first_not_of(" \t\r\n", end);
    if (next != std::string_view::npos && text[next] != '#') return false;
  }
  return true;
}

}  // namespace leadspool::app

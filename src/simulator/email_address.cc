#include "simulator/email_address.h"

#include <algorithm>

namespace leadspool::simulator {
namespace {

bool is_domain(std::string_view text) {
  if (text.find('.') == std::string_view::npos) return false;
  if (text.starts_with('.') || text.ends_with('.')) return false;
  return text.find("..") == std::string_view::npos;
}

}  // namespace

bool is_email_address(std::string_view text) {
  const bool is_blank_somewhere =
      std::ranges::any_of(text, [](unsigned char c) { return c <= 0x20 || c == 0x7f; });
  const auto at = text.find('@');
  if (is_blank_somewhere || at == 0 || at == std::string_view::npos || at != text.rfind('@')) return false;
  return is_domain(text.substr(at + 1));
}

}  // namespace leadspool::simulator

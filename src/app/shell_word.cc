#include "app/shell_word.h"

#include <algorithm>
#include <string_view>

#include "app/text_table.h"

namespace leadspool::app {

std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain = "-_./:=@%+,";
  const bool is_plain = !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kPlain.find(c) != std::string_view::npos;
  });
  if (is_plain) return text;
  std::string word = "'";
  for (const char c : printable(text)) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

}  // namespace leadspool::app

#include "simulator/dataverse_target.h"

namespace leadspool::simulator {

Target read_target(std::string_view segment) {
  const auto open = segment.find('(');
  if (open == std::string_view::npos || !segment.ends_with(')')) return {segment, std::nullopt};
  return {segment.substr(0, open), segment.substr(open + 1, segment.size() - open - 2)};
}

std::string_view quoted(std::string_view text) {
  const auto begin = text.find('\'');
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + 1);
  return text.substr(0, text.find('\''));
}

}  // namespace leadspool::simulator

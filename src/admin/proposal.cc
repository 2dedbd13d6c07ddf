#include "admin/proposal.h"

#include "base/nearest_name.h"

namespace leadspool::admin {

std::string what_is_known(std::string_view mistyped, std::span<const std::string_view> known) {
  if (known.empty()) return "; there is none.";
  const auto meant = nearest_name(mistyped, known);
  std::string text = meant ? "; did you mean " + std::string(*meant) + "? Known are " : "; known are ";
  std::string_view between;
  for (const auto name : known) {
    text.append(between).append(name);
    between = ", ";
  }
  return text + ".";
}

}  // namespace leadspool::admin

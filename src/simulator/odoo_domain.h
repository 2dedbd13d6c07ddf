// Odoo's search conditions: [["referred", "=", "x"], "|", ["code", "=ilike", "de"], ["name", "ilike",
// "germany"]].
//
// Thread-safety: pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace leadspool::simulator {

struct DomainError {
  std::string message;  // as Odoo says it
};

// Which of `records`, a JSON array of objects, meet the JSON array `domain`: their "id"s, in order. `fields`
// are the names that a condition may have, beside "id".
[[nodiscard]] std::variant<std::vector<int>, DomainError> search_domain(
    std::string_view records_json, std::string_view domain_json, const std::vector<std::string>& fields,
    std::string_view model);

}  // namespace leadspool::simulator

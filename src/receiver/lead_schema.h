// A JSON Schema (draft-04, as the marketplace documents its own) that a source's leads have to meet.
//
// A schema is refused for what could bring the service down at some body: references to themselves or to
// other documents (no address is ever fetched), `patternProperties`, `uniqueItems`, and patterns that need
// back-references.
// `format` is not looked at, which draft-04 leaves open. Patterns see bytes, not characters.
//
// Thread-safety: constant after construction.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace leadspool::receiver {

class LeadSchema {
 public:
  // From the text of a schema; else what is wrong with it, for the operator.
  [[nodiscard]] static std::variant<std::shared_ptr<const LeadSchema>, std::string> parse(
      std::string_view text);
  ~LeadSchema();

  // What breaks the schema first, for a person: "UserDetails/Email: ...". Quotes nothing of the body. nullopt
  // when all is well. `body` is one that parse_lead() could read.
  [[nodiscard]] std::optional<std::string> find_violation(std::string_view body) const;

 private:
  class Rules;
  explicit LeadSchema(std::unique_ptr<const Rules> rules);
  std::unique_ptr<const Rules> rules_;
};

}  // namespace leadspool::receiver

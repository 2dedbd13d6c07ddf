// A mapping: configuration from lead fields to a CRM's fields.
//
//   subject         = "{{ OfferTitle | 'Marketplace lead' }}"
//   "address.city"  = "{{ Country }}"       a dotted target nests
//   leadsourcecode  = 8                     constants of any JSON type
//
// A template is text with places {{ a | b | "text" }}: the first alternative that is not empty is taken.
// Names are the lead's fields by our name or the marketplace's, in any case, and `id`, `received_at`,
// `source`, `disposition`. A quoted text ends at the next quote of its kind; there are no escapes. A target
// whose template is nothing but one place and comes out empty becomes null. Values only ever become JSON
// values; no JSON text is built from a lead's text.
//
// Thread-safety: immutable after parsing.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "connector/template.h"
#include "lead/lead.h"

namespace leadspool::connector {

// What is wrong with a mapping, for the operator: names the target and the place in the template.
struct MappingError {
  std::string target;
  std::string message;
};

// One line of a mapping as configured: `value_json` is any JSON value; a string is a template.
struct MappingEntry {
  std::string target;
  std::string value_json;
};

class Mapping {
 public:
  // Of several mistakes the first is told. No entry at all gives an empty object.
  [[nodiscard]] static std::variant<Mapping, MappingError> parse(const std::vector<MappingEntry>& entries);

  // Every field of the lead under our own names (design of the API): the default of the webhook.
  [[nodiscard]] static Mapping whole_lead();

  // The JSON object for `lead`, as text.
  [[nodiscard]] std::string render(const Lead& lead) const;

 private:
  struct Target {
    std::vector<std::string> path;
    std::variant<Template, std::string> value;  // string: constant JSON text
  };

  std::vector<Target> targets_;
};

}  // namespace leadspool::connector

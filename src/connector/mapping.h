// A mapping: configuration from lead fields to a CRM's fields.
//
//   subject           = "{{ OfferTitle | 'Marketplace lead' }}"
//   "address.country" = "{{ Country }}"                        a dotted target nests
//   tags              = ["marketplace", "{{ publisher }}"]     arrays and tables hold templates too
//   leadsourcecode    = 8                                      constants of any JSON type
//
// Templates are told in template.h. A text with places that comes out empty becomes null, or is left out; of
// one that has more than a place blanks at the ends are taken away, as they stood beside a place that was
// empty. Values only ever become JSON values; no JSON text is built from a lead's text.
//
// Thread-safety: immutable after it was made.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lead/lead.h"

namespace leadspool::connector {

// What is wrong with a mapping, for the operator: names the target and the place in the template.
struct MappingError {
  std::string target;
  std::string message;
};

// One line of a mapping as configured: `value_json` is any JSON value; each text in it is a template.
struct MappingEntry {
  std::string target;
  std::string value_json;
};

// What a CRM's column takes. Lengths are in UTF-16 code units, as the CRMs count: an emoji is two.
struct Column {
  std::string target;
  std::size_t longest = 0;  // 0: no limit
  bool required = false;
};

// A text that was too long for its column, and was cut between two characters.
struct Cut {
  std::string target;
  std::size_t from;  // UTF-16 code units
  std::size_t to;
};

// What becomes of a target whose template comes out empty.
enum class Empties { null, left_out };

struct Rendered {
  std::string json;  // an object
  std::vector<Cut> cuts;
  std::vector<std::string> missing;  // required columns without a value, in the order of the columns
};

class Mapping {
 public:
  // Of several mistakes the first is told. No entry at all gives an empty object.
  [[nodiscard]] static std::variant<Mapping, MappingError> parse(const std::vector<MappingEntry>& entries);

  // A connector's own: target and template. A mistake in it is ours.
  [[nodiscard]] static Mapping of(
      const std::vector<std::pair<std::string_view, std::string_view>>& templates);

  // Every field of the lead under our own names (design of the API): the default of the webhook.
  [[nodiscard]] static Mapping whole_lead();

  // Adds constants, whose texts are no templates; one for a target that is there already takes its place.
  [[nodiscard]] std::optional<MappingError> add_constants(const std::vector<MappingEntry>& constants);

  // The object for `lead`, its texts cut to the columns' lengths.
  [[nodiscard]] Rendered render(const LeadWithPayload& lead, const std::vector<Column>& columns = {},
                                Empties empties = Empties::null) const;

  // The targets, dotted as configured, in order.
  [[nodiscard]] std::vector<std::string> targets() const;

 private:
  struct Target;
  enum class Texts { templates, constants };
  enum class Existing { refuse, replace };

  [[nodiscard]] std::optional<MappingError> add(const MappingEntry& entry, Texts texts, Existing existing);

  std::vector<std::shared_ptr<const Target>> targets_;
};

}  // namespace leadspool::connector

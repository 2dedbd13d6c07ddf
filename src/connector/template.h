// A template: text with places that a lead's values fill.
//
//   {{ company | last_name | 'unknown' }}        the first that is not empty
//   {{ email | lower }}                          functions change what was found so far
//   {{ payload.UserDetails.Budget }}             what the payload has beside the lead's fields
//
// Names are the lead's fields by our name or the marketplace's, in any case, `id`, `received_at`, `source`,
// `disposition`, and `payload.` with a path: keys in any case or in quotes, elements of arrays by number from
// 0. A payload that is no JSON (a person has revised the lead) has nothing at any path; of what is neither
// text nor number nor truth the JSON text is taken. A quoted text ends at the next quote of its kind; there
// are no escapes.
//
//   upper, lower     of ASCII letters and those of Latin, Greek and Cyrillic scripts
//   trim             without blanks at either end
//   truncate(n)      the first n characters, or some fewer where an emoji or accent would be cut off
//   default('text')  the same as an alternative 'text'
//   date             of a moment (RFC 3339), in UTC: "2026-11-21"; date('%d.%m.%Y') as %Y %m %d %H %M %S
//                    say; empty for what is no moment
//   host             what stands after the @ of an e-mail address, or the host of a URL; empty for what is
//                    neither
//
// Thread-safety: immutable after parsing.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lead/lead.h"

namespace leadspool::connector {

class PayloadReader;

class Template {
 public:
  // Why a text is not a template: what is wrong, and at which character (from 1).
  struct Error {
    std::string message;
  };

  [[nodiscard]] static std::variant<Template, Error> parse(std::string_view text);

  // A template of one place that holds `name`, which must be known.
  [[nodiscard]] static Template of(std::string_view name);

  // nullopt when the template is nothing but one place and that came out empty. `encode`, if any, is applied
  // to what fills a place, not to the text around it. `payload` is of that lead. Bytes of a value that are
  // not UTF-8 become U+FFFD.
  using Encode = std::function<std::string(std::string_view value)>;
  [[nodiscard]] std::optional<std::string> render(const Lead& lead, const PayloadReader& payload,
                                                  const Encode& encode = nullptr) const;

  // Whether it is nothing but one place.
  [[nodiscard]] bool is_one_place() const;

  // Whether there is no place in it: it is the same for every lead.
  [[nodiscard]] bool is_constant() const;

 private:
  friend class TemplateReader;

  // What a lead has beside its fields, in the order of their names.
  enum class Property { id, received_at, source, disposition };
  using PayloadPath = std::vector<std::string>;
  struct Literal {
    std::string text;
  };
  using Alternative = std::variant<std::string LeadFields::*, Property, PayloadPath, Literal>;
  using Change = std::function<std::string(const std::string& value)>;
  using Step = std::variant<Alternative, Change>;
  using Place = std::vector<Step>;
  using Part = std::variant<std::string, Place>;

  static constexpr std::array<std::string_view, 4> kPropertyNames{"id", "received_at", "source",
                                                                  "disposition"};

  [[nodiscard]] static std::optional<Alternative> find(std::string_view name);
  [[nodiscard]] static std::string value_of(const Alternative& alternative, const Lead& lead,
                                            const PayloadReader& payload);
  [[nodiscard]] static std::string fill(const Place& place, const Lead& lead, const PayloadReader& payload);

  std::vector<Part> parts_;
};

}  // namespace leadspool::connector

// A template: text with places that a lead's values fill; its language is told in mapping.h.
//
// Thread-safety: immutable after parsing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lead/lead.h"

namespace leadspool::connector {

class Template {
 public:
  // Why a text is not a template: what is wrong, and at which character (from 1).
  struct Error {
    std::string message;
  };

  [[nodiscard]] static std::variant<Template, Error> parse(std::string_view text);

  // A template of one place that holds `name`, which must be known.
  [[nodiscard]] static Template of(std::string_view name);

  // nullopt when the template is nothing but one place and that came out empty.
  [[nodiscard]] std::optional<std::string> render(const Lead& lead) const;

 private:
  friend class TemplateReader;

  // What a lead has beside its fields.
  enum class Property { id, received_at, source, disposition };
  using Alternative = std::variant<std::string LeadFields::*, Property, std::string>;  // string: a literal
  using Place = std::vector<Alternative>;
  using Part = std::variant<std::string, Place>;

  [[nodiscard]] static std::optional<Alternative> find(std::string_view name);
  [[nodiscard]] static std::string value_of(const Alternative& alternative, const Lead& lead);
  [[nodiscard]] static std::string fill(const Place& place, const Lead& lead);

  std::vector<Part> parts_;
};

}  // namespace leadspool::connector

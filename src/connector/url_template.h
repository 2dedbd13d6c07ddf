// A URL with places, {{ id }}, which a lead's values fill. They may stand after the host only, so that no
// lead chooses whom we call, and what fills them is percent-encoded.
//
// Thread-safety: immutable after it was made.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "connector/template.h"
#include "lead/lead.h"

namespace leadspool::connector {

class UrlTemplate {
 public:
  [[nodiscard]] static std::variant<UrlTemplate, Template::Error> parse(std::string_view text);

  [[nodiscard]] std::string render(const LeadWithPayload& lead) const;

  // Without path and query, where a secret may stand: "https://hooks.contoso.com".
  [[nodiscard]] const std::string& origin() const { return origin_; }

 private:
  UrlTemplate(std::string origin, Template text) : origin_(std::move(origin)), template_(std::move(text)) {}

  std::string origin_;
  Template template_;
};

}  // namespace leadspool::connector

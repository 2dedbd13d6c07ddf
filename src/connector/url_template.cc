#include "connector/url_template.h"

#include <algorithm>
#include <utility>

#include "connector/crm_options.h"
#include "connector/payload_reader.h"

namespace leadspool::connector {

std::variant<UrlTemplate, Template::Error> UrlTemplate::parse(std::string_view text) {
  auto parsed = Template::parse(text);
  if (auto* error = std::get_if<Template::Error>(&parsed)) return std::move(*error);
  const auto scheme = text.find("://");
  const auto host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const auto end = std::min(text.find_first_of("/?#\\", host), text.size());
  if (text.substr(0, end).find("{{") != std::string_view::npos) {
    return Template::Error{
        "a place may stand only after the host and a slash: https://crm.contoso.com/{{ id }}"};
  }
  return UrlTemplate(std::string(text.substr(0, end)), std::move(std::get<Template>(parsed)));
}

std::string UrlTemplate::render(const LeadWithPayload& lead) const {
  const PayloadReader payload(lead.payload);
  return template_.render(lead, payload, percent_encoded).value_or(std::string{});
}

}  // namespace leadspool::connector

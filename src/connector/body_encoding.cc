#include "connector/body_encoding.h"

#include <algorithm>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "connector/crm_options.h"

namespace leadspool::connector {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string form_encoded(std::string_view text) {
  std::string encoded;
  // The one difference to a URL's path: a blank is a plus.
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto blank = std::min(text.find(' ', begin), text.size());
    if (begin > 0) encoded += '+';
    encoded += percent_encoded(text.substr(begin, blank - begin));
    begin = blank + 1;
  }
  return encoded;
}

void add_pairs(const std::string& name, const Json& value, std::string& form) {
  if (value.is_array()) {
    for (const Json& element : value)
      add_pairs(name, element.is_structured() ? Json(dumped(element)) : element, form);
    return;
  }
  const std::string text = value.is_string() ? value.get<std::string>()
                           : value.is_null() ? ""
                                             : dumped(value);
  if (text.empty()) return;
  if (!form.empty()) form += '&';
  form += form_encoded(name) + "=" + form_encoded(text);
}

const Json* find_target(const Json& object, std::string_view target) {
  const Json* place = &object;
  while (true) {
    const auto dot = target.find('.');
    const auto found = place->find(std::string(target.substr(0, dot)));
    if (found == place->end()) return nullptr;
    place = &*found;
    if (dot == std::string_view::npos) return place;
    target.remove_prefix(dot + 1);
  }
}

std::string with_entities(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    const bool is_forbidden = byte == 0x7F || (byte < 0x20 && c != '\t' && c != '\r' && c != '\n');
    if (c == '&') {
      encoded += "&amp;";
    } else if (c == '<') {
      encoded += "&lt;";
    } else if (c == '>') {
      encoded += "&gt;";
    } else if (c == '"') {
      encoded += "&quot;";
    } else if (c == '\'') {
      encoded += "&#39;";
    } else {
      encoded += is_forbidden ? ' ' : c;
    }
  }
  // U+FFFE and U+FFFF are no characters of XML either.
  for (const std::string_view none : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    for (auto at = encoded.find(none); at != std::string::npos; at = encoded.find(none, at)) {
      encoded.replace(at, none.size(), " ");
    }
  }
  return encoded;
}

std::string within_quotes(std::string_view text) {
  const std::string quoted = dumped(Json(text));
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

std::string form_body(const std::vector<std::string>& targets, const std::string& rendered_json) {
  const Json object = Json::parse(rendered_json);
  std::string form;
  for (const std::string& target : targets) {
    if (const Json* value = find_target(object, target)) add_pairs(target, *value, form);
  }
  return form;
}

Template::Encode encoding_for(std::string_view content_type) {
  const std::string type = to_lower(content_type.substr(0, content_type.find(';')));
  const auto names = [&](std::string_view format) { return type.find(format) != std::string::npos; };
  if (names("xml") || names("html")) return with_entities;
  if (names("json")) return within_quotes;
  if (names("x-www-form-urlencoded")) return form_encoded;
  return nullptr;
}

}  // namespace leadspool::connector

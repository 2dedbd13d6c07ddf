#include "connector/crm_answer.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>

#include <nlohmann/json.hpp>

namespace leadspool::connector {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestFieldName = 64;  // characters

bool continues_character(char c) { return (static_cast<std::uint8_t>(c) & 0xC0) == 0x80; }

// At most `longest` characters of valid UTF-8, control characters and runs of blanks made one blank.
std::string one_line(std::string_view text, std::size_t longest) {
  std::string line;
  std::size_t characters = 0;
  for (const char c : text) {
    const bool is_blank = static_cast<std::uint8_t>(c) <= 0x20 || c == 0x7F;
    if (is_blank && (line.empty() || line.ends_with(' '))) continue;
    if (!continues_character(c) && ++characters > longest) break;
    line += is_blank ? ' ' : c;
  }
  if (line.ends_with(' ')) line.pop_back();
  return line;
}

// The text at the end of `path`; empty when it is not there or not a text.
std::string text_at(const Json& answer, std::initializer_list<const char*> path, std::size_t longest) {
  const Json* place = &answer;
  for (const char* const name : path) {
    if (place->is_array() && !place->empty()) place = &place->front();
    if (!place->is_object()) return {};
    const auto found = place->find(name);
    if (found == place->end()) return {};
    place = &*found;
  }
  if (place->is_array() && !place->empty()) place = &place->front();
  return place->is_string() ? one_line(place->get_ref<const std::string&>(), longest) : std::string{};
}

std::string first_text(const Json& answer, std::initializer_list<std::initializer_list<const char*>> paths,
                       std::size_t longest) {
  for (const auto& path : paths) {
    std::string text = text_at(answer, path, longest);
    if (!text.empty()) return text;
  }
  return {};
}

std::string remote_id(const Json& answer) {
  if (!answer.is_object()) return {};
  const auto id = answer.find("id");
  if (id == answer.end()) return {};
  if (id->is_string()) return one_line(id->get_ref<const std::string&>(), kLongestRemoteId);
  return id->is_number() ? id->dump() : std::string{};
}

}  // namespace

CrmAnswer read_crm_answer(std::string_view body) {
  const Json answer = Json::parse(body, nullptr, false);
  if (!answer.is_structured()) return {};
  CrmAnswer read;
  read.words = first_text(answer,
                          {{"error", "data", "message"},
                           {"error", "message"},
                           {"message"},
                           {"error_description"},
                           {"error"},
                           {"detail"},
                           {"errors", "message"},
                           {"errors", "detail"},
                           {"result", "reasons", "message"},
                           {"error", "code"},
                           {"errorCode"}},
                          kLongestWords);
  read.field = first_text(answer,
                          {{"field"},
                           {"fields"},
                           {"error", "field"},
                           {"error", "target"},
                           {"errors", "field"},
                           {"errors", "context", "propertyName"}},
                          kLongestFieldName);
  read.remote_id = remote_id(answer);
  return read;
}

std::string excerpt(std::string_view body) {
  std::string start(body.substr(0, kLongestExcerpt));
  const bool is_plain = std::all_of(start.begin(), start.end(),
                                    [](char c) { return c != '\0' && static_cast<std::uint8_t>(c) < 0x80; });
  if (is_plain) return start;
  // Written and read back as JSON, which replaces what is not UTF-8.
  const std::string as_json = Json(start).dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string text = Json::parse(as_json).get<std::string>();
  // One NUL becomes three bytes, as does a bad byte; so cut once more.
  for (std::size_t nul = text.find('\0'); nul != std::string::npos; nul = text.find('\0', nul)) {
    text.replace(nul, 1, "\xEF\xBF\xBD");
  }
  if (text.size() <= kLongestExcerpt) return text;
  std::size_t end = kLongestExcerpt;
  while (continues_character(text[end])) --end;
  text.resize(end);
  return text;
}

}  // namespace leadspool::connector

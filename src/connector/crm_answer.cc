#include "connector/crm_answer.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.h"

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

// Null when there is none. A name in the very case goes before one in another.
const Json* find_member(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  if (const auto exact = object.find(name); exact != object.end()) return &*exact;
  for (auto member = object.begin(); member != object.end(); ++member) {
    if (equal_in_any_case(member.key(), name)) return &*member;
  }
  return nullptr;
}

const Json& first_of(const Json& place) { return place.is_array() && !place.empty() ? place.front() : place; }

std::string text_of(const Json& place, std::size_t longest) {
  const Json& first = first_of(place);
  return first.is_string() ? one_line(first.get_ref<const std::string&>(), longest) : std::string{};
}

// What is at the end of `path`, through the first of each list on the way; null when there is nothing.
const Json* find_at(const Json& answer, std::initializer_list<const char*> path) {
  const Json* place = &answer;
  for (const char* const name : path) {
    place = find_member(first_of(*place), name);
    if (place == nullptr) return nullptr;
  }
  return place;
}

// The text at the end of `path`; empty when it is not there or not a text.
std::string text_at(const Json& answer, std::initializer_list<const char*> path, std::size_t longest) {
  const Json* const place = find_at(answer, path);
  return place != nullptr ? text_of(*place, longest) : std::string{};
}

std::string first_text(const Json& answer, std::initializer_list<std::initializer_list<const char*>> paths,
                       std::size_t longest) {
  for (const auto& path : paths) {
    std::string text = text_at(answer, path, longest);
    if (!text.empty()) return text;
  }
  return {};
}

std::string remote_id(const Json& id) {
  if (id.is_string()) return one_line(id.get_ref<const std::string&>(), kLongestRemoteId);
  return id.is_number() ? id.dump() : std::string{};
}

// "a~1b~0" is the member "a/b~" (RFC 6901, section 3).
std::string unescaped(std::string_view token) {
  std::string plain;
  for (; !token.empty(); token.remove_prefix(1)) {
    const bool is_escape = token.front() == '~' && token.size() > 1;
    if (is_escape) token.remove_prefix(1);
    plain += !is_escape ? token.front() : token.front() == '1' ? '/' : '~';
  }
  return plain;
}

// Null when there is none.
const Json* find_token(const Json& place, const std::string& token) {
  if (place.is_object()) {
    const auto member = place.find(token);
    return member != place.end() ? &*member : nullptr;
  }
  std::size_t index = 0;
  const auto* const end = token.data() + token.size();
  const auto [read, wrong] = std::from_chars(token.data(), end, index);
  const bool is_index = place.is_array() && wrong == std::errc{} && read == end;
  return is_index && index < place.size() ? &place[index] : nullptr;
}

// Reasons under the names of their fields, {"Email": ["is taken"]}: true when there was one.
bool read_named_reasons(const Json* errors, CrmAnswer& read) {
  if (errors == nullptr || !errors->is_object()) return false;
  for (const char* const name : {"message", "detail", "code"}) {
    const auto member = errors->find(name);
    if (member != errors->end() && member->is_string()) return false;  // one error, not a list by fields
  }
  for (auto member = errors->begin(); member != errors->end(); ++member) {
    std::string words = text_of(*member, kLongestWords);
    if (words.empty()) words = first_text(*member, {{"message"}, {"error"}}, kLongestWords);
    if (words.empty()) continue;
    read.words = std::move(words);
    std::string_view name = member.key();
    if (name.starts_with("$.")) name.remove_prefix(2);  // a path from the root of the JSON that we sent
    read.field = one_line(name, kLongestFieldName);
    return true;
  }
  return false;
}

// ["body", "email", 0] -> "email"
std::string last_text(const Json* path) {
  if (path == nullptr || !path->is_array()) return {};
  const auto last =
      std::find_if(path->rbegin(), path->rend(), [](const Json& step) { return step.is_string(); });
  return last != path->rend() ? one_line(last->get_ref<const std::string&>(), kLongestFieldName)
                              : std::string{};
}

CrmAnswer read_json(const Json& answer) {
  CrmAnswer read;
  if (answer.is_object() && answer.contains("id")) read.remote_id = remote_id(answer["id"]);
  if (read_named_reasons(find_at(answer, {"errors"}), read)) return read;
  if (read_named_reasons(find_at(answer, {"ModelState"}), read)) return read;
  read.words = first_text(answer,
                          {{"error", "data", "message"},
                           {"error", "message", "value"},
                           {"error", "message"},
                           {"odata.error", "message", "value"},
                           {"message", "value"},
                           {"message"},
                           {"error_description"},
                           {"detail", "msg"},
                           {"detail", "message"},
                           {"detail"},
                           {"errors", "message"},
                           {"errors", "detail"},
                           {"errors", "msg"},
                           {"errors"},
                           {"error"},
                           {"data", "message"},
                           {"result", "reasons", "message"},
                           {"errorMessage"},
                           {"error_message"},
                           {"title"},
                           {"error", "code"},
                           {"errorCode"}},
                          kLongestWords);
  read.field = first_text(answer,
                          {{"field"},
                           {"fields"},
                           {"error", "field"},
                           {"error", "target"},
                           {"errors", "field"},
                           {"errors", "context", "propertyName"},
                           {"data", "details", "api_name"}},
                          kLongestFieldName);
  if (read.field.empty()) read.field = last_text(find_at(answer, {"detail", "loc"}));
  return read;
}

std::string without_entities(std::string_view text) {
  constexpr std::pair<std::string_view, char> kEntities[] = {
      {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&#39;", '\''}, {"&amp;", '&'}};
  std::string plain;
  while (!text.empty()) {
    const auto* const entity = std::find_if(std::begin(kEntities), std::end(kEntities),
                                            [&](const auto& each) { return text.starts_with(each.first); });
    const bool is_entity = entity != std::end(kEntities);
    plain += is_entity ? entity->second : text.front();
    text.remove_prefix(is_entity ? entity->first.size() : 1);
  }
  return plain;
}

// What stands in the first element of this name, whatever its prefix, in any case; empty when it holds other
// elements.
std::string element(std::string_view markup, std::string_view name) {
  for (auto open = markup.find('<'); open != std::string_view::npos; open = markup.find('<', open + 1)) {
    constexpr std::size_t kLongestName = 64;
    auto found = markup.substr(open + 1, kLongestName);
    found = found.substr(0, found.find_first_of(" \t\r\n/>"));
    if (const auto colon = found.find(':'); colon != std::string_view::npos) found.remove_prefix(colon + 1);
    if (!equal_in_any_case(found, name)) continue;
    const auto start = markup.find('>', open);
    if (start == std::string_view::npos) return {};
    auto text = markup.substr(start + 1);
    constexpr std::string_view kVerbatim = "<![CDATA[";
    if (text.starts_with(kVerbatim)) {
      text.remove_prefix(kVerbatim.size());
      return std::string(text.substr(0, text.find("]]>")));
    }
    const auto end = text.find('<');
    const bool is_text = end != std::string_view::npos && text.substr(end).starts_with("</");
    if (const auto words = trimmed(text.substr(0, end)); is_text && !words.empty())
      return without_entities(words);
  }
  return {};
}

std::string words_of_markup(std::string_view markup) {
  const std::string start = to_lower(markup.substr(0, 1024));
  if (start.find("<html") != std::string::npos || start.find("<!doctype html") != std::string::npos) {
    return element(markup, "title");
  }
  for (const std::string_view name : {"faultstring", "Text", "message", "ErrorMessage", "title"}) {
    std::string words = element(markup, name);
    if (!words.empty()) return words;
  }
  return {};
}

// A body of another format, or of none.
std::string words_of_text(std::string_view body) {
  constexpr std::size_t kRead = 8 * 1024;  // bytes
  const auto text = trimmed(body.substr(0, kRead));
  const bool is_binary = std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<std::uint8_t>(c) < 0x20 && c != '\t' && c != '\r' && c != '\n') || c == 0x7F;
  });
  if (text.empty() || is_binary || text.front() == '{' || text.front() == '[') return {};
  const std::string valid = excerpt(text);
  return one_line(text.front() == '<' ? words_of_markup(valid) : valid, kLongestWords);
}

}  // namespace

CrmAnswer read_crm_answer(std::string_view body) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (body.starts_with(kByteOrderMark)) body.remove_prefix(kByteOrderMark.size());
  const Json answer = Json::parse(body, nullptr, false);
  if (answer.is_structured()) return read_json(answer);
  CrmAnswer read;
  if (answer.is_string()) read.words = text_of(answer, kLongestWords);
  if (answer.is_discarded()) read.words = words_of_text(body);
  return read;
}

bool is_json_pointer(std::string_view text) {
  if (text.empty()) return true;
  for (auto tilde = text.find('~'); tilde != std::string_view::npos; tilde = text.find('~', tilde + 1)) {
    if (tilde + 1 == text.size() || (text[tilde + 1] != '0' && text[tilde + 1] != '1')) return false;
  }
  return text.front() == '/';
}

std::string remote_id_at(std::string_view body, std::string_view pointer) {
  const Json answer = Json::parse(body, nullptr, false);
  if (answer.is_discarded() || !is_json_pointer(pointer)) return {};
  const Json* place = &answer;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const auto end = std::min(pointer.find('/'), pointer.size());
    place = find_token(*place, unescaped(pointer.substr(0, end)));
    if (place == nullptr) return {};
    pointer.remove_prefix(end);
  }
  return remote_id(*place);
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

#include "app/dead_letter_page.h"

#include <algorithm>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "app/shell_word.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kIndent = 2;

std::string group_text(const Json& group, std::size_t width) {
  const auto count = group["count"].get<std::int64_t>();
  const auto cause = group["cause"].get<std::string>();
  const auto destination = group["destination"].get<std::string>();
  const auto room = width - std::min(width, kIndent);
  const auto below = [&](const std::string& text) {
    return std::string(kIndent, ' ') + wrapped(text, room, 2 * kIndent);
  };
  return wrapped(std::to_string(count) + " at " + destination + ": " + cause, width, kIndent) +
         below("from " + to_the_second(group["first"].get<std::string>()) + " to " +
               to_the_second(group["last"].get<std::string>()) + ", one of them: leadspool leads show " +
               group["sample"].get<std::string>()) +
         // Whole, so that it can be copied; a shell takes it in one line.
         "  leadspool leads redrive --destination " + printable(destination) + " --cause " +
         shell_word(cause) + (count > 1 ? " --canary 1" : "") + "\n";
}

}  // namespace

std::string dead_letters_text(const std::string& json, std::size_t width) {
  const auto answer = Json::parse(json);
  if (answer["groups"].empty()) return "There are no dead letters.\n";
  std::int64_t total = 0;
  std::string text;
  for (const auto& group : answer["groups"]) {
    total += group["count"].get<std::int64_t>();
    text += group_text(group, width) + "\n";
  }
  return text + std::to_string(total) + (total == 1 ? " dead letter.\n" : " dead letters.\n") +
         "When what they died of is mended, their command tries them again. "
         "`leadspool leads revise` mends a lead.\n";
}

}  // namespace leadspool::app

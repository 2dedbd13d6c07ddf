#include "app/alert_page.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kIndent = 2;

// Only the first of its lines: the rest says what to do, which was said when it was sent.
std::string first_line(const Json& text) {
  const auto whole = text.get<std::string>();
  return whole.substr(0, whole.find('\n'));
}

}  // namespace

std::string alerts_text(const std::string& json, std::size_t width) {
  const auto answer = Json::parse(json);
  std::string text = answer["open"].empty() ? "No alert is open.\n" : "";
  for (const auto& each : answer["open"]) {
    text += printable(each["name"].get<std::string>()) + " since " + each["since"].get<std::string>() + "\n";
    const auto told = each["text"].get<std::string>();
    for (std::size_t begin = 0; begin < told.size();) {
      const auto end = std::min(told.find('\n', begin), told.size());
      text += std::string(kIndent, ' ') +
              wrapped(told.substr(begin, end - begin), width - std::min(width, kIndent), kIndent);
      begin = end + 1;
    }
  }
  if (answer["notices"].empty()) return text;
  TextTable table({"AT", "KIND", {"ALERT", Fit::shorten}, {"WHAT", Fit::shorten}});
  for (const auto& each : answer["notices"]) {
    table.add({to_the_second(each["at"].get<std::string>()), each["kind"].get<std::string>(),
               each["name"].get<std::string>(), first_line(each["text"])});
  }
  return text + "\nThe last notices\n" + table.to_string(width);
}

}  // namespace leadspool::app

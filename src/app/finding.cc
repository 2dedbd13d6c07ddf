#include "app/finding.h"

#include <algorithm>
#include <cstddef>

#include <nlohmann/json.hpp>

#include "app/text_table.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kLevels[] = {"ok", "warn", "fail"};

const char* to_string(Level level) { return kLevels[static_cast<std::size_t>(level)]; }

}  // namespace

bool Findings::has_failure() const {
  return std::any_of(all_.begin(), all_.end(), [](const auto& each) { return each.level == Level::fail; });
}

void Findings::add(Level level, std::string name, std::string what, std::string mend) {
  all_.push_back({level, std::move(name), std::move(what), std::move(mend)});
}

std::string findings_json(const Findings& findings) {
  Json list = Json::array();
  for (const auto& [level, name, what, mend] : findings.all()) {
    list.push_back({{"level", to_string(level)}, {"name", name}, {"what", what}, {"mend", mend}});
  }
  return Json{{"findings", std::move(list)}}.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string findings_text(const Findings& findings) {
  std::string text;
  for (const auto& [level, name, what, mend] : findings.all()) {
    std::string word = to_string(level);
    word.resize(6, ' ');
    text += word + printable(what) + (mend.empty() ? "" : "  ->  " + printable(mend)) + "\n";
  }
  return text;
}

}  // namespace leadspool::app

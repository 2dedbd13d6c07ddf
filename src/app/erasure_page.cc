#include "app/erasure_page.h"

#include <nlohmann/json.hpp>

#include "app/text_table.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostNamed = 20;

std::string text_of(const Json& value) {
  return value.is_string() ? printable(value.get<std::string>()) : "";
}

std::string ids_text(const Json& ids) {
  std::string text;
  for (std::size_t i = 0; i < ids.size() && i < kMostNamed; ++i) text += "  " + text_of(ids[i]) + "\n";
  if (ids.size() > kMostNamed) {
    text += "  ... and " + std::to_string(ids.size() - kMostNamed) + " more, which --json shows\n";
  }
  return text;
}

std::string spared_text(const Json& spared) {
  if (spared.empty()) return {};
  std::string text = "\nNOT erased, try again in a moment:\n";
  for (const auto& each : spared)
    text += "  " + text_of(each["lead"]) + ": " + text_of(each["reason"]) + "\n";
  return text;
}

std::string elsewhere_text(const Json& elsewhere) {
  if (elsewhere.empty()) return {};
  TextTable table({"DESTINATION", "RECORD", "LEAD"});
  for (const auto& each : elsewhere) {
    const auto record = text_of(each["remote_id"]);
    table.add(
        {text_of(each["destination"]), record.empty() ? "(it told none)" : record, text_of(each["lead"])});
  }
  return "\nThese records remain in CRMs, where they have to be erased as well:\n" + table.to_string();
}

}  // namespace

std::string lead_count_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " lead" : " leads");
}

std::string erasure_text(const std::string& json) {
  const auto answer = Json::parse(json);
  const bool is_dry_run = answer.value("dry_run", false);
  const auto& ids = answer[is_dry_run ? "would_erase" : "erased"];
  std::string text = is_dry_run
                         ? lead_count_text(ids.size()) + " would be erased. Nothing was changed.\n"
                         : lead_count_text(ids.size()) + (ids.size() == 1 ? " is" : " are") + " erased.\n";
  return text + ids_text(ids) + spared_text(answer.value("spared", Json::array())) +
         elsewhere_text(answer["elsewhere"]);
}

}  // namespace leadspool::app

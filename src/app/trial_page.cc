#include "app/trial_page.h"

#include <algorithm>
#include <string_view>

#include <nlohmann/json.hpp>

#include "app/text_table.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMarkWidth = 9;
constexpr std::size_t kMostRows = 200;

std::string text_of(const Json& value) {
  return value.is_null() ? "" : value.is_string() ? printable(value.get<std::string>()) : value.dump();
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size() + 1), ' ');
  return text;
}

std::string mark_of(const Json& step) {
  const auto verdict = step["verdict"].get<std::string>();
  return verdict == "passed" ? "ok" : verdict == "failed" ? "FAILED" : "unknown";
}

std::int64_t count_verdict(const Json& steps, std::string_view verdict) {
  return std::count_if(steps.begin(), steps.end(),
                       [&](const Json& step) { return step["verdict"].get<std::string>() == verdict; });
}

std::string conclusion(const std::string& name, const Json& steps) {
  if (count_verdict(steps, "failed") != 0) {
    return name + " failed the test. When it is mended: `leadspool reload`, if the configuration changed.\n";
  }
  if (count_verdict(steps, "passed") == 0) return name + ": nothing could be found out.\n";
  return name + " passed" +
         (count_verdict(steps, "unknown") != 0 ? ", as far as that can be found out.\n" : ".\n");
}

// Of a body that is no JSON, the lines of a mail for instance.
std::string lines_text(std::string_view body) {
  std::string text;
  for (std::size_t begin = 0; begin < body.size();) {
    const auto end = std::min(body.find('\n', begin), body.size());
    auto line = body.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    text += printable(line) + "\n";
    begin = end + 1;
  }
  return text;
}

std::string body_text(const std::string& body) {
  const auto json = Json::parse(body, nullptr, false);
  return lines_text(json.is_discarded() ? body : json.dump(2, ' ', false, Json::error_handler_t::replace));
}

std::string cut_text(const Json& cut) {
  return text_of(cut["field"]) + " is cut from " + text_of(cut["from"]) + " to " + text_of(cut["to"]) +
         " characters";
}

std::string cuts_text(const Json& cuts) {
  std::string text;
  for (const auto& cut : cuts) text += (text.empty() ? "" : ", ") + cut_text(cut);
  return text;
}

std::string leads(std::size_t count) { return std::to_string(count) + (count == 1 ? " lead" : " leads"); }

std::string findings_summary(const Json& answer) {
  return text_of(answer["destination"]) + " would get " + leads(answer["checked"].get<std::size_t>()) +
         " received since " + text_of(answer["since"]) + ": " + std::to_string(answer["rejected"].size()) +
         " would be rejected, " + std::to_string(answer["cut"].size()) + " cut.\n";
}

}  // namespace

std::string test_text(const std::string& json) {
  const auto answer = Json::parse(json);
  const auto name = text_of(answer["destination"]);
  std::size_t width = 0;
  for (const auto& step : answer["steps"]) width = std::max(width, text_of(step["what"]).size() + 2);
  std::string text;
  for (const auto& step : answer["steps"]) {
    text += padded(mark_of(step), kMarkWidth) + padded(text_of(step["what"]), width) +
            text_of(step["detail"]) + "\n";
    if (step["setting"].is_null() || step["verdict"] == "passed") continue;
    text += std::string(kMarkWidth, ' ') + "->  change `" + text_of(step["setting"]) +
            "` in [[destination]] " + name + "\n";
  }
  return text + conclusion(name, answer["steps"]);
}

std::string preview_text(const std::string& json) {
  const auto answer = Json::parse(json);
  std::string text = text_of(answer["method"]) + " " + text_of(answer["url"]) + "\n";
  for (const auto& header : answer["headers"]) {
    text += text_of(header["name"]) + ": " + text_of(header["value"]) + "\n";
  }
  text += "\n" + body_text(answer["body"].get<std::string>());
  text += "\nLead " + text_of(answer["lead"]) + " to " + text_of(answer["destination"]) + "\n";
  if (!answer["cuts"].empty()) text += "  " + cuts_text(answer["cuts"]) + "\n";
  if (const auto& why = answer["rejected_because"]; !why.is_null()) {
    text += "  it would be dead at once: " + text_of(why) + "\n";
  }
  if (!answer["wanted"].get<bool>()) {
    text +=
        "  it would not get there by itself: the destination's `when`, or what was decided about the lead "
        "(a duplicate, do-not-contact), keeps it back\n";
  }
  return text;
}

std::string preview_findings_text(const std::string& json) {
  const auto answer = Json::parse(json);
  const auto& rejected = answer["rejected"];
  const auto& cut = answer["cut"];
  if (rejected.empty() && cut.empty()) return findings_summary(answer);
  TextTable table({"LEAD", "RECEIVED", "WHAT"});
  std::size_t rows = 0;
  for (const auto& each : rejected) {
    if (rows++ < kMostRows) {
      table.add(
          {text_of(each["lead"]), text_of(each["received_at"]), "rejected: " + text_of(each["because"])});
    }
  }
  for (const auto& each : cut) {
    if (rows++ < kMostRows) {
      table.add({text_of(each["lead"]), text_of(each["received_at"]), cuts_text(each["cuts"])});
    }
  }
  std::string text = table.to_string();
  if (rows > kMostRows) {
    text += "... and " + std::to_string(rows - kMostRows) + " more, which --json shows\n";
  }
  return text + "\n" + findings_summary(answer);
}

}  // namespace leadspool::app

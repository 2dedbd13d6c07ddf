#include "admin/trial_view.h"

#include <algorithm>
#include <string_view>

#include <nlohmann/json.hpp>

#include "admin/json_parts.h"

namespace leadspool::admin {
namespace {

using connector::Cut;
using connector::TestStep;
using Json = nlohmann::ordered_json;
using Verdict = TestStep::Verdict;

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed:
      return "passed";
    case Verdict::failed:
      return "failed";
    case Verdict::unknown:
      return "unknown";
  }
  return "unknown";
}

Json cuts_json(const std::vector<Cut>& cuts) {
  Json array = Json::array();
  for (const auto& cut : cuts) array.push_back({{"field", cut.target}, {"from", cut.from}, {"to", cut.to}});
  return array;
}

Json finding_json(const PreviewFindings::Finding& finding) {
  return {{"lead", leadspool::to_string(finding.lead)}, {"received_at", to_rfc3339(finding.received_at)}};
}

}  // namespace

std::string test_json(const std::string& destination, const std::vector<TestStep>& steps) {
  const auto any = [&](Verdict verdict) {
    return std::any_of(steps.begin(), steps.end(),
                       [&](const TestStep& step) { return step.verdict == verdict; });
  };
  const bool has_passed = any(Verdict::passed) && !any(Verdict::failed);
  Json json{{"destination", destination}, {"passed", has_passed}, {"steps", Json::array()}};
  for (const auto& step : steps) {
    json["steps"].push_back({{"what", step.what},
                             {"verdict", to_string(step.verdict)},
                             {"detail", step.detail},
                             {"setting", or_null<Json>(step.setting)}});
  }
  return to_text(json);
}

std::string preview_json(const std::string& destination, const Uuid& lead, bool wanted,
                         const connector::RequestPreview& preview) {
  Json headers = Json::array();
  for (const auto& [name, value] : preview.headers) headers.push_back({{"name", name}, {"value", value}});
  return to_text<Json>({{"destination", destination},
                        {"lead", leadspool::to_string(lead)},
                        {"wanted", wanted},
                        {"method", preview.method},
                        {"url", preview.url},
                        {"headers", std::move(headers)},
                        {"body", preview.body},
                        {"cuts", cuts_json(preview.cuts)},
                        {"rejected_because", or_null<Json>(preview.rejected_because)}});
}

std::string preview_findings_json(const PreviewFindings& findings) {
  Json rejected = Json::array();
  for (const auto& each : findings.rejected) {
    rejected.push_back(finding_json(each));
    rejected.back()["because"] = each.preview.rejected_because;
  }
  Json cut = Json::array();
  for (const auto& each : findings.cut) {
    cut.push_back(finding_json(each));
    cut.back()["cuts"] = cuts_json(each.preview.cuts);
  }
  return to_text<Json>({{"destination", findings.destination},
                        {"since", to_rfc3339(findings.since)},
                        {"checked", findings.checked},
                        {"rejected", std::move(rejected)},
                        {"cut", std::move(cut)},
                        {"next_cursor", findings.next_cursor ? Json(*findings.next_cursor) : Json(nullptr)}});
}

}  // namespace leadspool::admin

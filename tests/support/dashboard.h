// The queries of config/grafana-dashboard.json.
#pragma once

#include <fstream>
#include <set>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

namespace leadspool::test {

inline void collect_queries(const nlohmann::json& json, std::set<std::string>& queries) {
  if (json.is_object()) {
    for (const char* member : {"expr", "definition"}) {
      const auto found = json.find(member);
      if (found != json.end()) queries.insert(found->get<std::string>());
    }
  }
  if (json.is_structured()) {
    for (const auto& each : json) collect_queries(each, queries);
  }
}

inline std::set<std::string> dashboard_queries() {
  std::ifstream file(LEADSPOOL_SOURCE_DIR "/config/grafana-dashboard.json");
  std::set<std::string> queries;
  collect_queries(nlohmann::json::parse(file), queries);
  if (queries.empty()) throw std::runtime_error("the dashboard asks for nothing");
  return queries;
}

}  // namespace leadspool::test

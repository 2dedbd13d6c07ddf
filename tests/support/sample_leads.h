// The sample payloads of tests/data/leads.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace leadspool::test {

[[nodiscard]] inline std::string sample_lead_body(const std::string& name) {
  std::ifstream file(std::filesystem::path(LEADSPOOL_TEST_DATA) / "leads" / name, std::ios::binary);
  if (!file) throw std::runtime_error("no sample lead " + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

// All of them, in the order of their names, so that a seeded choice repeats itself.
[[nodiscard]] inline std::vector<std::string> all_sample_lead_bodies() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(LEADSPOOL_TEST_DATA "/leads")) {
    const auto name = entry.path().filename().string();
    if (name != "README.md" && name != "lead.schema.json") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  std::vector<std::string> bodies;
  for (const auto& name : names) bodies.push_back(sample_lead_body(name));
  return bodies;
}

}  // namespace leadspool::test

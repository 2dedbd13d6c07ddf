// Reading a file whole, and a list of faults for a person.
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace leadspool::test {

// Empty when the file is missing.
inline std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string summary(const std::vector<std::string>& faults) {
  std::string text = std::to_string(faults.size()) + " found";
  for (std::size_t i = 0; i < faults.size() && i < 10; ++i) text += "\n  " + faults[i];
  return text;
}

}  // namespace leadspool::test

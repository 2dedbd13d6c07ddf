// What the store's files hold, byte by byte, whatever SQLite says of it.
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace leadspool::test {

// A file's bytes, with letters in lower case. Empty if it is absent.
inline std::string bytes_in_lower_case(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return to_lower(std::string{std::istreambuf_iterator<char>(file), {}});
}

// Those of `needles` that stand somewhere in the store's file, its log or its index of that, in whatever
// case.
inline std::vector<std::string> remnants_of(const std::vector<std::string>& needles,
                                            const std::string& path) {
  std::vector<std::string> found;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const auto bytes = bytes_in_lower_case(path + suffix);
    for (const auto& needle : needles) {
      if (bytes.find(to_lower(needle)) != std::string::npos)
        found.push_back(needle + " in leads.db" + suffix);
    }
  }
  return found;
}

}  // namespace leadspool::test

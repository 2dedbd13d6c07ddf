// Leads that a test sends with `leadspool send`, and what the simulated CRM must hold of them in the end.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "e2e/installation.h"
#include "support/catch.h"

namespace leadspool::test {

// The ids of so many leads, each of another person, all accepted.
inline std::vector<std::string> send_people(const Installation& leadspool, int count) {
  const auto ended =
      run({LEADSPOOL_BINARY, "send", leadspool.lead_url(), "--ca-file", leadspool.file("certificate.pem"),
           "--kind", "people", "-n", std::to_string(count), "--json"});
  REQUIRE(ended.code == 0);
  std::vector<std::string> ids;
  for (std::size_t begin = 0; begin < ended.out.size();) {
    const auto end = ended.out.find('\n', begin);
    ids.push_back(Json::parse(ended.out.substr(begin, end - begin))["id"]);
    begin = end + 1;
  }
  REQUIRE(ids.size() == static_cast<std::size_t>(count));
  return ids;
}

inline void require_each_once_by_key(const Installation& leadspool, const std::vector<std::string>& ids) {
  std::multiset<std::string> keys;
  for (const auto& record : leadspool.crm_records()) keys.insert(record["key"].get<std::string>());
  REQUIRE(keys == std::multiset<std::string>(ids.begin(), ids.end()));
}

}  // namespace leadspool::test

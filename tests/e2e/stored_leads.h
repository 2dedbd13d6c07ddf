// What is in the store after a load, as the admin API lists it.
#pragma once

#include <map>
#include <set>
#include <string>

#include "e2e/installation.h"
#include "e2e/load.h"
#include "support/catch.h"

namespace leadspool::test {

struct StoredLeads {
  explicit StoredLeads(const Installation& leadspool) {
    std::string cursor;
    do {
      const auto page =
          leadspool.admin_json("/api/v1/leads?limit=500" + (cursor.empty() ? "" : "&cursor=" + cursor));
      for (const auto& lead : page["leads"]) {
        ++by_email[lead["email"].get<std::string>()];
        ids.insert(lead["id"].get<std::string>());
      }
      cursor = page["next_cursor"].is_null() ? "" : page["next_cursor"].get<std::string>();
    } while (!cursor.empty());
  }

  std::map<std::string, int> by_email;  // how often somebody's lead is there
  std::set<std::string> ids;
};

// Whatever got a 202 is there, and nobody's lead twice.
inline void require_all(const StoredLeads& stored, const Load& load) {
  for (const auto& [number, id] : load.acknowledged()) {
    INFO("lead " << number << " " << id);
    if (!id.empty()) REQUIRE(stored.ids.count(id) == 1);
    REQUIRE(stored.by_email.count(Load::email_of(number)) == 1);
  }
  for (const auto& [email, times] : stored.by_email) REQUIRE(times == 1);
}

}  // namespace leadspool::test

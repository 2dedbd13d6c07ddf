// What one simulated CRM holds, in memory, and its routes below the CRM's path:
//
//   GET    {path}/records?limit=   {"count", "records": [{"id", "key", "received_at", "times_received",
//   "lead"}]},
//                                  newest last; with a limit the last ones
//   DELETE {path}/records          forgets all
//
// Thread-safety: any thread. Ownership: `clock` outlives it, and it the router's use.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "http/router.h"

namespace leadspool::simulator {

struct Record {
  std::string id;
  std::string key;
  Time received_at;
  int times_received = 1;
  std::string lead_json;  // an object: what stands in the record
};

// As it stands in the list.
[[nodiscard]] std::string record_json(const Record& record);

class Records {
 public:
  explicit Records(const Clock& clock) : clock_(clock) {}

  // `name` is "records", or another word for them: {path}/{name}.
  void add_routes(http::Router& router, const std::string& path, const std::string& name = "records");

  enum class IfThere {
    keep,     // what stands there stays
    replace,  // by the new one
  };
  struct Put {
    Record record;  // as it stands now
    bool is_new;
  };
  // The record of `key`, made with `id` if there is none; else it was received once more.
  Put put(const std::string& key, const std::string& id, std::string lead_json, IfThere if_there);

  [[nodiscard]] std::optional<Record> find(std::string_view key) const;
  // The first whose `member` of the lead is that text.
  [[nodiscard]] std::optional<Record> find_by(std::string_view member, std::string_view text) const;

 private:
  [[nodiscard]] http::Answer list(const http::Request& request) const;
  [[nodiscard]] http::Answer clear();

  const Clock& clock_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<Record> records_;  // in the order they came
  std::unordered_map<std::string, std::size_t> place_by_key_;
};

}  // namespace leadspool::simulator

// A simulated CRM that speaks the REST API of Marketo:
//
//   GET, POST {path}/identity/oauth/token        the same token again as long as it lives
//   POST      {path}/rest/v1/leads.json          action createOrUpdate, createOnly or updateOnly, by
//   lookupField GET       {path}/rest/v1/leads/describe.json the fields there are
//
// All but the token's refusals is HTTP 200: `success`, `errors` and `result` tell. It looks a key up when a
// request comes and writes when it is done, with nothing between the two, so requests for one key that
// overlap make two leads; from then on the key is refused (1007). More than ten requests at once are refused
// (615).
//
// Beside it the routes of Faults, Records and AccessDesk, below the same path; a record's key is its lookup
// field's value in small letters, with "#2" and so on for further ones.
//
// Thread-safety: any thread. Ownership: as Crm.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/access_desk.h"
#include "simulator/faults.h"
#include "simulator/records.h"

namespace leadspool::simulator {

class MarketoCrm {
 public:
  MarketoCrm(const Clock& clock, Random& random);

  void add_routes(http::Router& router, const std::string& path);
  void interrupt() { faults_.interrupt(); }

 private:
  [[nodiscard]] http::Answer give_token(const http::Request& request);
  [[nodiscard]] http::Answer receive(const http::Request& request);
  [[nodiscard]] http::Answer describe(const http::Request& request);

  // What the leads of a request would change: the lead of each one's key, as it is now.
  using Matches = std::vector<std::optional<Record>>;
  [[nodiscard]] Matches look_up(const http::Request& request) const;
  [[nodiscard]] http::Answer store(const http::Request& request, const Matches& matches);

  // What is told of one lead.
  [[nodiscard]] std::string sync(const std::string& lead_json, const std::string& key,
                                 std::string_view action, const std::optional<Record>& match);

  // The refusal of a request without a good token; nullopt lets it in.
  [[nodiscard]] std::optional<http::Response> refuse_token(const http::Request& request);
  [[nodiscard]] std::string new_request_id() const;
  // A new one has a key of its own, if need be with a number.
  [[nodiscard]] std::string add(const std::string& key, const std::string& lead_json);

  const Clock& clock_;
  Random& random_;
  Faults faults_;
  Records records_;
  AccessDesk access_;
  std::atomic<int> in_flight_ = 0;

  std::mutex mutex_;
  // Guarded by mutex_.
  std::string token_;  // the last one issued
  SteadyTime lapses_at_{};
  int last_id_ = 1000;
};

}  // namespace leadspool::simulator

// A simulated CRM that speaks the REST API of Salesforce.
//
//   POST   {path}/services/oauth2/token
//   PATCH  {path}/services/data/{version}/sobjects/Lead/{field}/{value}   by an External ID: creates or
//   updates POST   {path}/services/data/{version}/sobjects/Lead GET
//   {path}/services/data/{version}/sobjects/Lead/describe
//
// Every field whose name ends in "Id__c" is an External ID. LeadspoolId__c is unique; of others two leads can
// be posted with the same value, and a PATCH then changes neither and answers 300. With the setting
// duplicate_rule, a lead with an e-mail address that another has is refused, unless the request says
// allowSave=true.
//
// Beside it the routes of Faults, Records and AccessDesk, below the same path.
//
// Thread-safety: any thread. Ownership: as Crm.
#pragma once

#include <atomic>

#include "simulator/access_desk.h"
#include "simulator/faults.h"
#include "simulator/records.h"

namespace leadspool::simulator {

class SalesforceCrm {
 public:
  SalesforceCrm(const Clock& clock, Random& random);

  void add_routes(http::Router& router, const std::string& path);
  void interrupt() { faults_.interrupt(); }

 private:
  using Action = http::Response (SalesforceCrm::*)(const http::Request&);
  // `action`, after what every request for data needs: a session, a version and an object that there are.
  [[nodiscard]] http::Response admitted(const http::Request& request, Action action);

  [[nodiscard]] http::Response issue_token(const http::Request& request, const std::string& path);
  [[nodiscard]] http::Response upsert(const http::Request& request);
  [[nodiscard]] http::Response post(const http::Request& request);
  [[nodiscard]] http::Response describe(const http::Request& request);
  [[nodiscard]] http::Response create(const http::Request& request, const std::string& key,
                                      std::string lead_json);
  [[nodiscard]] http::Response update(const http::Request& request, const Record& record);
  [[nodiscard]] bool is_duplicate(const http::Request& request, std::string_view own_id) const;

  // Adds how much of the day's quota is used.
  [[nodiscard]] http::Answer counted(http::Answer answer);

  const Clock& clock_;
  Random& random_;
  AccessDesk access_;
  Faults faults_;
  Records records_;
  std::atomic<int> requests_ = 0;
};

}  // namespace leadspool::simulator

// A simulated CRM that speaks the JSON-2 API of Odoo: POST {path}/json/2/{model}/{method}
//
//   crm.lead      create, search, search_read, fields_get, has_access, check_access_rights
//   res.country   search, search_read, fields_get, has_access, check_access_rights
//
// Authorised by the fixed token, the API key. The host has one database, whose name is the settings'
// client_id; X-Odoo-Database may be left out. Nothing is unique: what is created twice is there twice. Faults
// strike what creates leads or looks for some.
//
// Beside it the routes of Faults, Records and AccessDesk, below the same path; a record's key is its id.
//
// Thread-safety: any thread. Ownership: as Crm.
#pragma once

#include <mutex>
#include <string>

#include "simulator/access_desk.h"
#include "simulator/faults.h"
#include "simulator/records.h"

namespace leadspool::simulator {

class OdooCrm {
 public:
  OdooCrm(const Clock& clock, Random& random);

  void add_routes(http::Router& router, const std::string& path);
  void interrupt() { faults_.interrupt(); }

 private:
  [[nodiscard]] http::Answer call(const http::Request& request);
  [[nodiscard]] http::Answer create(const std::string& arguments_json);
  [[nodiscard]] http::Answer search(const std::string& model, const std::string& arguments_json,
                                    bool with_values) const;

  // [{"id", ..}, ..] of a model.
  [[nodiscard]] std::string rows_json(const std::string& model) const;
  [[nodiscard]] std::vector<std::string> fields_of(const std::string& model) const;

  Faults faults_;
  Records records_;
  AccessDesk access_;

  mutable std::mutex mutex_;
  int last_id_ = 0;  // guarded by mutex_
};

}  // namespace leadspool::simulator

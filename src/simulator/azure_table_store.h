// A simulated CRM that speaks the table service of Azure storage:
//
//   POST {path}/{table}                                201, or 204 with "Prefer: return-no-content"
//   GET  {path}/{table}(PartitionKey='..',RowKey='..') one entity
//   GET  {path}/{table}()                              what a query answers that finds nothing
//   GET  {path}/Tables('{table}')                      whether there is the table
//   POST {path}/Tables                                 {"TableName"}: a new one; at first there is "leads"
//
// Authorised by a shared access signature, whose `sig` is the settings' token (`sp`, `se` and `tn` count, if
// they are there), or by SharedKeyLite, whose account is the settings' client_id and whose key in base64 is
// the client_secret: "c2VjcmV0" at first. A table takes any property unless the settings name `fields`.
//
// Beside it the routes of Faults, Records and AccessDesk, below the same path; a record's key is
// "PartitionKey/RowKey", one namespace for all tables.
//
// Thread-safety: any thread. Ownership: as Crm.
#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "simulator/access_desk.h"
#include "simulator/faults.h"
#include "simulator/records.h"

namespace leadspool::simulator {

class AzureTableStore {
 public:
  AzureTableStore(const Clock& clock, Random& random);

  void add_routes(http::Router& router, const std::string& path);
  void interrupt() { faults_.interrupt(); }

 private:
  [[nodiscard]] http::Answer insert(const http::Request& request);
  [[nodiscard]] http::Answer make_table(const http::Request& request);
  [[nodiscard]] http::Answer read(const http::Request& request);

  // Why a request is not let in that needs the permission `needed` ('a' to add, 'r' to read) for `table`.
  [[nodiscard]] std::optional<http::Response> refuse(const http::Request& request, std::string_view table,
                                                     char needed) const;
  // In any case of letters.
  [[nodiscard]] bool has_table(std::string_view name) const;
  [[nodiscard]] http::Response error(int status, std::string_view code, std::string_view message) const;

  const Clock& clock_;
  Random& random_;
  Faults faults_;
  Records records_;
  AccessDesk access_;

  mutable std::mutex mutex_;
  std::set<std::string> tables_{"leads"};  // in small letters; guarded by mutex_
};

}  // namespace leadspool::simulator

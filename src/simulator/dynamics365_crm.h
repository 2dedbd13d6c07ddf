// A simulated CRM that speaks the Web API of Dataverse, of which Dynamics 365 Sales is a part.
//
//   POST      {path}/{tenant}/oauth2/v2.0/token             Microsoft Entra ID's token endpoint
//   PATCH     {path}/api/data/{version}/leads({guid})       creates or updates; with If-None-Match: * creates
//                                                           only, with If-Match: * updates only
//   POST      {path}/api/data/{version}/leads
//   GET       {path}/api/data/{version}/leads({guid})
//   GET       {path}/api/data/{version}/...                 what it tells about itself (dataverse_metadata.h)
//
// A lead whose statecode was set to other than 0 is read-only. A second one with the same emailaddress1 is
// refused where a request asks for duplicate detection (MSCRM.SuppressDuplicateDetection: false).
//
// Beside it the routes of Faults, Records and AccessDesk, below the same path.
//
// Thread-safety: any thread. Ownership: as Crm.
#pragma once

#include "base/uuid.h"
#include "simulator/access_desk.h"
#include "simulator/entra_token.h"
#include "simulator/faults.h"
#include "simulator/records.h"

namespace leadspool::simulator {

class Dynamics365Crm {
 public:
  Dynamics365Crm(const Clock& clock, Random& random);

  void add_routes(http::Router& router, const std::string& path);
  void interrupt() { faults_.interrupt(); }

 private:
  using Action = http::Response (Dynamics365Crm::*)(const http::Request&);
  // `action`, after what every request to the Web API needs: a token and a version that there is.
  [[nodiscard]] http::Response admitted(const http::Request& request, Action action);

  [[nodiscard]] http::Response patch(const http::Request& request);
  [[nodiscard]] http::Response post(const http::Request& request);
  [[nodiscard]] http::Response create(const http::Request& request, const Uuid& id);
  [[nodiscard]] http::Response update(const http::Request& request, const Record& record);
  [[nodiscard]] http::Response stored(const http::Request& request, const Record& record, int status) const;

  [[nodiscard]] http::Response read(const http::Request& request);
  [[nodiscard]] http::Response read_about(const http::Request& request);

  const Clock& clock_;
  Random& random_;
  AccessDesk access_;
  EntraToken tokens_;
  Faults faults_;
  Records records_;
};

}  // namespace leadspool::simulator

// A simulated CRM that speaks the CRM API of HubSpot:
//
//   POST  {path}/crm/v3/objects/contacts                  201; 409 with the id of the one that has this
//   e-mail address GET, PATCH  .../contacts/{id}?idProperty=             by id, e-mail address or another
//   property POST  .../contacts/batch/upsert                       200, or 207 with what was refused GET
//   {path}/crm/v3/properties/contacts               the properties there are
//
// and the same below /crm/objects/{version}/contacts and /crm/properties/{version}/contacts. Authorised by
// the fixed token. Beside it the routes of Faults, Records and AccessDesk, below the same path; a record's
// key is its e-mail address in small letters, "contact <id>" without one. A request that met an existing
// record counts as received.
//
// Thread-safety: any thread. Ownership: as Crm.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/access_desk.h"
#include "simulator/faults.h"
#include "simulator/records.h"

namespace leadspool::simulator {

class HubSpotCrm {
 public:
  HubSpotCrm(const Clock& clock, Random& random);

  void add_routes(http::Router& router, const std::string& path);
  void interrupt() { faults_.interrupt(); }

 private:
  void add_contact_routes(http::Router& router, const std::string& contacts);
  [[nodiscard]] http::Handler let_in(http::Handler handler);
  [[nodiscard]] http::Handler struck(http::Handler handler);

  [[nodiscard]] http::Answer create(const http::Request& request);
  [[nodiscard]] http::Answer update(const http::Request& request);
  [[nodiscard]] http::Answer upsert(const http::Request& request);
  [[nodiscard]] http::Answer show(const http::Request& request);
  [[nodiscard]] http::Answer list_properties() const;

  [[nodiscard]] std::string new_correlation_id() const;
  // By its id if `property` is empty.
  [[nodiscard]] std::optional<Record> find(std::string_view property, std::string_view value) const;
  // The caller has locked changing_.
  [[nodiscard]] Record add(const std::string& properties_json);
  [[nodiscard]] Record change(const Record& old, const std::string& properties_json);

  const Clock& clock_;
  Random& random_;
  Faults faults_;
  Records records_;
  AccessDesk access_;

  // An e-mail address is unique: from the look for one to the new record nobody else may add one.
  std::mutex changing_;
  int last_id_ = 100;  // guarded by changing_
};

}  // namespace leadspool::simulator

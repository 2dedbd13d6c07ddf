// The simulated CRMs on a listener of their own: what `leadspool simulate-crm` runs, and what tests deliver
// to.
//
//   /leads, /faults   a small REST CRM (crm.h)
//   /dynamics365 ...  one CRM for each protocol that leadspool speaks, each below a path of its own
//   GET /             how to use them
//
// Thread-safety: one thread. Ownership: clock and random outlive it.
// Errors: start() throws http::BindError and http::CertificateError.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "http/router.h"
#include "http/server.h"
#include "simulator/azure_table_store.h"
#include "simulator/crm.h"
#include "simulator/dynamics365_crm.h"
#include "simulator/hubspot_crm.h"
#include "simulator/marketo_crm.h"
#include "simulator/odoo_crm.h"
#include "simulator/salesforce_crm.h"

namespace leadspool::simulator {

struct SimulatorOptions {
  std::string address = "127.0.0.1";  // whoever reaches it may use it: its credentials are no secret
  int port = 0;                       // 0: any free one, see Simulator::port()
  // PEM files; both empty: plain HTTP.
  std::string certificate_file;  // the chain, leaf first
  std::string private_key_file;
  CrmOptions crm;
};

class Simulator {
 public:
  Simulator(SimulatorOptions options, const Clock& clock, Random& random);
  // Stops.
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  // Returns once connections are accepted.
  void start();

  // Ends delays at once and lets the other requests finish. Once stopped it does not start again.
  void stop();

  [[nodiscard]] int port() const { return server_.port(); }

 private:
  Crm crm_;
  Dynamics365Crm dynamics365_;
  SalesforceCrm salesforce_;
  HubSpotCrm hubspot_;
  MarketoCrm marketo_;
  OdooCrm odoo_;
  AzureTableStore azure_table_;
  http::Router router_;
  http::Server server_;
};

}  // namespace leadspool::simulator

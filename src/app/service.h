// The service: all parts put together, started and stopped in the right order.
//
//   receiver -> intake -> committer -> outbox <- claims <- worker -> destinations
//                                        ^- reader, corrections, redrives <- admin listener, Unix socket
//                                        ^- reader, alert log <- watch -> webhook, e-mail
//
// Start: lock, migrate, committer, listeners, worker: an address that is taken is found before any CRM is
// called. Stop: the receiver first, so nothing new comes in; then the worker drains; the admin listeners stay
// until it has; the committer ends last, since everybody commits through it.
//
// Thread-safety: one thread, but for reload(), which the admin API calls too.
// Errors: the constructor and start() throw outbox::StoreError, http::BindError or http::CertificateError,
// whose texts are for the operator.
#pragma once

#include <memory>
#include <string>

#include "admin/service_view.h"
#include "app/config.h"

namespace leadspool::app {

// Where the service of a store is reached by the commands of the same machine.
[[nodiscard]] std::string admin_socket(const StoreConfig& store);

class Service {
 public:
  // Takes the lock and brings the store up to date.
  explicit Service(Config config);
  // Stops.
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  void start();

  // Reads the configuration again and takes it on as a whole, or not at all; no request is dropped. The
  // result and the log tell what was wrong with it, or what waits for a restart.
  admin::ReloadReport reload();

  // Serves the receiver's certificate anew when its files have changed; one that is of no use is complained
  // about, and the old one stays. To be called every few seconds.
  void look_after_certificate();

  // Idempotent; waits for what is in flight, at most the worker's drain time.
  void stop();

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace leadspool::app

// The service: all parts put together, started and stopped in the right order.
//
//   receiver -> intake -> committer -> outbox <- claims <- worker -> destinations
//                                        ^- reader, corrections, redrives <- admin listener, Unix socket
//                                        ^- reader, alert log <- watch -> webhook, e-mail
//                             committer <- keeper (upkeep), backups -> the backup folder
//
// Start: lock, migrate, committer, listeners, worker: an address that is taken is found before any CRM is
// called. Stop: the worker drains first, and the receiver goes on storing leads until it has, so that senders
// wait, or are refused, for as short as can be; then the receiver; the admin listeners stay until that is
// over; the committer ends last, since everybody commits through it.
//
// Thread-safety: one thread, but for reload(), which the admin API calls too.
// The service manager, where there is one, is told what the service is doing (service_manager.h).
// Errors: the constructor and start() throw outbox::StoreError, http::BindError or http::CertificateError,
// whose texts are for the operator.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "admin/service_view.h"
#include "app/config.h"

namespace leadspool::app {

// Where the service of a store is reached by the commands of the same machine.
[[nodiscard]] std::string admin_socket(const StoreConfig& store);

class Service {
 public:
  // Takes the lock and brings the store up to date. `receiver_socket` was handed down to the process, and
  // takes the place of the configured address.
  explicit Service(Config config, std::optional<int> receiver_socket = std::nullopt);
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

  // What has been inside one step for longer than that, in words; nullopt while all moves on.
  [[nodiscard]] std::optional<std::string> stuck(std::chrono::milliseconds longer_than) const;

  // Idempotent; waits for what is in flight, at most the worker's drain time.
  void stop();

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace leadspool::app

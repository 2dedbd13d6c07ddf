// What the service is made of: inside service*.cc only.
//
// Thread-safety, errors: as service.h tells.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "admin/admin_api.h"
#include "admin/change_feed.h"
#include "alert/watch.h"
#include "app/certificate_keeper.h"
#include "app/service.h"
#include "base/clock.h"
#include "base/current.h"
#include "base/random.h"
#include "delivery/worker.h"
#include "http/curl_client.h"
#include "http/server.h"
#include "outbox/alert_log.h"
#include "outbox/claims.h"
#include "outbox/committer.h"
#include "outbox/corrections.h"
#include "outbox/erasures.h"
#include "outbox/given_answers.h"
#include "outbox/intake.h"
#include "outbox/overview.h"
#include "outbox/reader.h"
#include "outbox/redrives.h"
#include "outbox/store.h"
#include "receiver/receiver.h"
#include "upkeep/backups.h"
#include "upkeep/keeper.h"

namespace leadspool::app {

// The members' order is the order of start; destruction goes the other way.
class Service::Parts {
 public:
  Parts(Config config, std::optional<int> receiver_socket);
  ~Parts() { stop(); }

  void start();
  admin::ReloadReport reload();
  void look_after_certificate();
  [[nodiscard]] std::optional<std::string> stuck(Milliseconds longer_than) const;

  void stop();

 private:
  [[nodiscard]] admin::ServiceView service_view();
  [[nodiscard]] std::optional<std::string> slow_write(Milliseconds longer_than) const;
  [[nodiscard]] std::optional<std::string> not_ready() const;
  void tell_started() const;
  [[nodiscard]] admin::ReloadReport refuse(std::vector<std::string> errors);
  [[nodiscard]] admin::ReloadReport try_to_take_on();
  [[nodiscard]] admin::ReloadReport take_on_anew();

  const Config started_;
  const std::optional<int> receiver_socket_;
  Current<Config> config_;
  SystemClock clock_;
  const Time started_at_ = clock_.now();
  SystemRandom random_;
  admin::ChangeFeed changes_;  // before the committer, which feeds it to the last
  outbox::StoreLock lock_;
  outbox::Committer committer_;
  outbox::Intake intake_;
  outbox::Claims claims_;
  outbox::Corrections corrections_;
  outbox::Erasures erasures_;
  outbox::GivenAnswers given_answers_;
  outbox::Redrives redrives_;
  outbox::AlertLog alert_log_;
  outbox::Reader reader_;
  outbox::Overview overview_;
  outbox::Overview watch_overview_;  // so that the watch holds nobody up
  http::CurlClient client_;
  http::CurlClient alert_client_;
  upkeep::Keeper keeper_;
  upkeep::Backups backups_;
  delivery::Worker worker_;
  receiver::Receiver receiver_;
  admin::AdminApi token_admin_;
  admin::AdminApi open_admin_;
  http::Router receiver_routes_;
  http::Router token_routes_;
  http::Router open_routes_;
  http::Server receiver_server_;
  http::Server admin_server_;
  http::Server socket_server_;
  bool running_ = false;
  std::atomic<bool> receiving_ = false;
  std::atomic<bool> drained_ = false;

  // Held through a reload, the reading of files included.
  std::mutex reload_mutex_;
  CertificateKeeper certificate_;  // guarded by reload_mutex_, but for its status()
  Current<admin::ConfigStatus> config_status_;
  alert::Watch watch_;
};

}  // namespace leadspool::app

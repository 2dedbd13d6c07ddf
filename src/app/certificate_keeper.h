// Keeps the receiver serving the certificate that its files hold: a new one is checked aside and taken when
// it is good; one that is of no use, or out of its time while the served one is not, is complained about and
// left.
//
// Thread-safety: take_on() and look() from one thread at a time; status() from any.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "admin/service_view.h"
#include "app/config.h"
#include "app/file_watch.h"
#include "base/clock.h"
#include "http/server.h"

namespace leadspool::app {

class CertificateKeeper {
 public:
  // Server and clock outlive it; `receiver` is what the server was made from.
  CertificateKeeper(http::Server& server, const ReceiverConfig& receiver, const Clock& clock);

  // Reconfigures the server with `receiver`. Throws http::CertificateError, having changed nothing, when its
  // certificate is not to be taken.
  void take_on(const ReceiverConfig& receiver);

  // Takes the files anew when they have changed since the last look; tells the log what came of it.
  void look();

  // nullopt: plain HTTP.
  [[nodiscard]] std::optional<admin::CertificateStatus> status() const;

 private:
  void refuse_worse_than_served(const ReceiverConfig& receiver) const;

  http::Server& server_;
  const Clock& clock_;
  ReceiverConfig receiver_;
  FileWatch watch_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::string file_;
  std::string problem_;
};

}  // namespace leadspool::app

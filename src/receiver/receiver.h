// The receiver's routes: POST /leads/{source}, where a 202 is a receipt.
//
// A lead is stored durably before its 202; the answers are in ARCHITECTURE.md ("Receiving"). A key is
// compared by hash, in constant time, and reaches no log, error or row.
//
// Thread-safety: the routes may be called from any thread. Ownership: what the constructor is given outlives
// the Receiver, and the Receiver outlives the router's use.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/current.h"
#include "http/failed_tries.h"
#include "http/router.h"
#include "outbox/intake.h"
#include "receiver/refusal_log.h"
#include "receiver/source.h"

namespace leadspool::receiver {

struct ReceiverOptions {
  std::vector<Source> sources;
  std::vector<Route> routes;
  // See outbox::NewLead.
  std::chrono::milliseconds dedupe_window{std::chrono::hours{24}};
  // What a compressed body may unpack to.
  std::size_t max_body_bytes = 256 * 1024;
  // What a sender is told when a lead could not be stored.
  std::chrono::seconds retry_after{30};
};

class Receiver {
 public:
  Receiver(ReceiverOptions options, outbox::Intake& intake, const Clock& clock);

  void add_routes(http::Router& router);

  // From the next request on; requests in progress end as they began. Any thread.
  void reconfigure(ReceiverOptions options) { options_.set(std::move(options)); }

 private:
  [[nodiscard]] http::Answer receive(const http::Request& request);

  Current<ReceiverOptions> options_;
  outbox::Intake& intake_;
  http::FailedTries failed_keys_;
  RefusalLog refusals_;
};

}  // namespace leadspool::receiver

// The receiver's routes: POST /leads/{source}, where a 202 is a receipt.
//
// A lead is stored durably before its 202; the order of checks and the answers are in ARCHITECTURE.md
// ("Receiving"). A key is compared by hash, in constant time, and reaches no log, error or row.
//
// Thread-safety: the routes may be called from any thread. Ownership: what the constructor is given outlives
// the Receiver, and the Receiver outlives the router's use.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "http/router.h"
#include "outbox/intake.h"
#include "receiver/refusal_log.h"

namespace leadspool::receiver {

// Whether leads of a kind go out at once or wait for a person.
enum class Rule { deliver, hold };

struct Source {
  std::string name;
  std::vector<Sha256> key_hashes;  // any of them opens
  Rule test_leads = Rule::deliver;
  Rule do_not_contact = Rule::hold;
};

struct ReceiverOptions {
  std::vector<Source> sources;
  std::vector<std::string> destinations;  // every lead gets a delivery to each
  // What a sender is told when a lead could not be stored.
  std::chrono::seconds retry_after{30};
};

class Receiver {
 public:
  Receiver(ReceiverOptions options, outbox::Intake& intake);

  void add_routes(http::Router& router);

 private:
  [[nodiscard]] http::Answer receive(const http::Request& request);
  // nullptr unless the source exists and `key` is one of its keys.
  [[nodiscard]] const Source* authenticate(std::string_view source_name, std::string_view key) const;
  [[nodiscard]] std::vector<outbox::NewDelivery> deliveries(const Source& source,
                                                            const outbox::NewLead& lead) const;

  ReceiverOptions options_;
  outbox::Intake& intake_;
  std::size_t most_keys_ = 1;  // of any source; at least 1
  RefusalLog refusals_;
};

}  // namespace leadspool::receiver

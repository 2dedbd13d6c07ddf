// How things stand at one look, and from where on a person is told of it.
//
// Thread-safety: values.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "lead/destination_record.h"

namespace leadspool::alert {

// A destination of the configuration, or one of which only the store still knows.
struct DestinationFacts {
  std::string name;
  bool configured = true;
  // Its reason goes to people by e-mail and chat, so it holds no personal data.
  DestinationRecord record;
  std::int64_t dead = 0;
  std::optional<Time> first_dead_at;
  std::optional<Time> oldest_waiting_received_at;  // pending or claimed
};

// The certificate that the receiver serves.
struct CertificateFacts {
  std::string file;
  Time valid_until;
  std::string problem;  // why a newer one on disk is not served; empty: none
};

// The copies of the store that are made by a schedule.
struct BackupFacts {
  std::string folder;
  std::chrono::hours every{24};
  std::optional<Time> newest_at;  // of the newest good one
  std::string problem;            // why the last try failed; empty: it did not
  std::optional<Time> failing_since;
  Time watched_since;  // what the watch knows: since when there should be copies in this folder
};

struct Facts {
  // Why the store could not be read: then what comes from it is unknown, and empty here. nullopt: it was
  // read.
  std::optional<std::string> unread_store;
  std::vector<DestinationFacts> destinations;
  // When each source's last lead was received; one that never sent any is missing.
  std::map<std::string, Time> last_received;
  // What the watch knows: since when each source is watched whether it is silent, and since when leads are
  // seen to wait for a destination whose oldest bears a time that lies in the future.
  std::map<std::string, Time> watched_since;
  std::map<std::string, Time> waiting_since;
  std::int64_t unrouted = 0;  // leads that no destination wants

  std::optional<std::string> store_trouble;  // why nothing can be stored
  std::optional<std::uint64_t> free_bytes;   // on the store's disk; nullopt: unknown
  std::optional<CertificateFacts> certificate;
  std::optional<BackupFacts> backup;  // nullopt: none are made
};

struct Limits {
  // How old an undelivered lead gets before somebody is told; 0: never. An hour is longer than a restart of a
  // CRM takes, and short enough for a lead to be called back the same day.
  Milliseconds oldest_undelivered{std::chrono::hours{1}};
  // How long each source may be silent.
  std::map<std::string, std::chrono::hours> silence;
  // How long before its end a certificate is told of.
  Milliseconds certificate_expires_soon{0};
  // Below it new leads are refused; somebody is told at twice that much. 0: never.
  std::uint64_t minimum_free_bytes = 0;
};

}  // namespace leadspool::alert

// How things stand as a whole, as the JSON of the admin API: the status, and the destinations, which are part
// of it (json_parts.h has the habits).
//
// Thread-safety: values and pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "admin/destination_view.h"
#include "admin/service_view.h"
#include "base/time.h"
#include "outbox/overview.h"

namespace leadspool::admin {

struct StatusView {
  outbox::StoreStatus store;
  std::optional<std::string> store_trouble;
  outbox::Waits waits;  // of the last day, to all destinations
  std::vector<DestinationView> destinations;
  std::optional<CertificateStatus> certificate;
  std::optional<ConfigStatus> config;
  std::optional<BackupsStatus> backups;
  bool running = false;
  Time now;
};

[[nodiscard]] std::string status_json(const StatusView& view);

// {"destinations":[...]}
[[nodiscard]] std::string destinations_json(const std::vector<DestinationView>& views, Time now);

// One of them.
[[nodiscard]] std::string destination_json(const DestinationView& view, Time now);

}  // namespace leadspool::admin

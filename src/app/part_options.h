// What each part of the service is told of the configuration, at start and at each reload.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "admin/service_view.h"
#include "app/config.h"
#include "base/clock.h"
#include "delivery/worker.h"
#include "http/server.h"
#include "outbox/upkeep.h"
#include "receiver/receiver.h"
#include "upkeep/backups.h"

namespace leadspool::app {

[[nodiscard]] receiver::ReceiverOptions receiver_options(const Config& config);
[[nodiscard]] http::ServerOptions receiver_listener(const ReceiverConfig& receiver);
[[nodiscard]] http::ServerOptions admin_listener(const AdminConfig& admin);
[[nodiscard]] std::uint64_t minimum_free_bytes(const StoreConfig& store);
[[nodiscard]] outbox::UpkeepRules upkeep_rules(const StoreConfig& store);
[[nodiscard]] upkeep::BackupRules backup_rules(const Config& config);

// `clock` outlives what is made.
[[nodiscard]] std::vector<delivery::Destination> make_destinations(const Config& config, const Clock& clock);

// The configured destinations, each with the health that `worker` tells; without a worker it is "unknown".
[[nodiscard]] std::vector<admin::DestinationStatus> describe(const Config& config,
                                                             const delivery::Worker* worker);

// The configured sources.
[[nodiscard]] std::vector<admin::SourceStatus> describe_sources(const Config& config);

// The deliveries that `lead` gets, as if it came now; none when its source is not configured any more.
[[nodiscard]] std::vector<outbox::NewDelivery> new_deliveries(const Config& config, const Lead& lead);

[[nodiscard]] bool is_configured(const Config& config, const std::string& destination);

// Whether `lead`, came it now, would go to `destination` at once.
[[nodiscard]] bool wants(const Config& config, const std::string& destination, const Lead& lead);

}  // namespace leadspool::app

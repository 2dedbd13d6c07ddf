// What Prometheus is told, in its text format.
//
// Counters are sums of what the store has counted, so they go on where they were after a restart. A lead may
// reach the CRM between two of the reads that make up one answer, so families can differ by what happened
// meanwhile.
//
// Label values come from the configuration and may hold anything; what a label cannot hold is escaped.
//
// Thread-safety: pure.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admin/destination_view.h"
#include "admin/running_totals.h"
#include "admin/service_view.h"
#include "base/time.h"
#include "outbox/commit_timings.h"
#include "outbox/overview.h"

namespace leadspool::admin {

struct MetricsView {
  Time now;
  outbox::StoreStatus store;
  Totals totals;
  std::vector<DestinationView> destinations;
  std::vector<std::string> sources;  // those of the configuration
  std::vector<std::pair<std::string, Time>> last_received;
  // What only a running service knows; without one these families are absent.
  std::optional<outbox::CommitTimings> commits;
  std::optional<Time> started_at;
  std::optional<CertificateStatus> certificate;
  std::optional<BackupsStatus> backups;
  bool running = false;
  bool can_store = true;
};

[[nodiscard]] std::string metrics_text(const MetricsView& view);

}  // namespace leadspool::admin

// A source as people are shown it: what the configuration and the store know of it, put together.
//
// Thread-safety: values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admin/service_view.h"
#include "base/time.h"
#include "outbox/overview.h"

namespace leadspool::admin {

struct SourceView {
  SourceStatus status;  // of one that is not configured any more: its name alone
  bool configured = false;
  std::optional<Time> last_received_at;
  bool silent = false;            // it is watched, and nothing has come for too long
  std::int64_t received_24h = 0;  // in the last day
};

// What the store knows of all sources.
struct StoredSources {
  std::vector<std::pair<std::string, Time>> last_received;
  std::vector<outbox::HourCount> received;  // in the last day
  std::vector<outbox::OpenAlert> alerts;
};

// Those configured, in their order, then those that only stored leads still name. Of a watched source that
// never sent anything the alerts know best whether it is silent, for they know since when it is watched.
[[nodiscard]] std::vector<SourceView> put_together(const std::vector<SourceStatus>& configured,
                                                   const StoredSources& stored, Time now);

// {"sources":[...]}
[[nodiscard]] std::string sources_json(const std::vector<SourceView>& sources);

}  // namespace leadspool::admin

// The types of destination, each with the connector behind it: the one list of them.
//
// To add one is told in ARCHITECTURE.md, "Adding a connector".
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "app/config_secret.h"
#include "app/config_section.h"
#include "base/clock.h"
#include "connector/connector.h"

namespace leadspool::app {

// What the keys of one [[destination]] come to, whatever its type.
struct ConnectorConfig {
  // Makes the connector; the clock outlives it. Any number of times.
  std::function<std::unique_ptr<connector::Connector>(const Clock&)> make;
  // Longer than the requests of one attempt may take, all together.
  std::chrono::milliseconds longest_attempt{35'000};
  // Of a CRM that makes duplicates when two requests come at once: 1, and no more may be configured.
  int most_in_flight = 1'000;

  // For `leadspool check`.
  std::string ca_file;       // a path; empty: none is named
  bool without_tls = false;  // which only this machine's own addresses are
};

struct ConnectorType {
  std::string_view name;
  // Reads the type's own keys; what is wrong goes to the section's findings, and then the result is not to be
  // used.
  ConnectorConfig (*read)(ConfigSection& section, const ReadingContext& context);
};

[[nodiscard]] std::span<const ConnectorType> connector_types();

}  // namespace leadspool::app

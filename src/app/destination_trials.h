// Trying a destination out: the functions of the admin's ServiceView that test it and preview its requests.
//
// A test reads the configuration file again, so that what was mended in it is tested before it is in force; a
// preview shows what the configuration in force sends. Each call makes a connector of its own.
//
// Thread-safety: any thread, also the functions put into the view.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "admin/service_view.h"
#include "app/config.h"
#include "base/clock.h"
#include "connector/connector.h"
#include "http/client.h"

namespace leadspool::app {

// `config` gives the configuration in force, with its secrets; what it refers to and `clock` outlive the
// view.
void add_destination_trials(admin::ServiceView& view, std::function<std::shared_ptr<const Config>()> config,
                            const Clock& clock);

// The steps of the connector's test, or a failed one if it has not ended after `longest`. `client` is for
// this alone, and outlives the connector.
[[nodiscard]] std::vector<connector::TestStep> run_test(connector::Connector& connector, http::Client& client,
                                                        const Clock& clock, std::chrono::seconds longest);

}  // namespace leadspool::app

// Trying a destination out: the functions of the admin's ServiceView that test it and preview its requests.
//
// Both read the configuration file again, so that what was changed in it is tried before a reload puts it in
// force. Each call makes a connector of its own.
//
// Thread-safety: any thread, also the functions put into the view.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "admin/service_view.h"
#include "base/clock.h"
#include "connector/connector.h"
#include "http/client.h"

namespace leadspool::app {

// Whether to give up a test that has not ended; asked now and then. Empty: never.
using GiveUp = std::function<bool()>;

// `file` is the configuration's; `clock` outlives the view.
void add_destination_trials(admin::ServiceView& view, std::string file, const Clock& clock,
                            const GiveUp& give_up = nullptr);

// The steps of the connector's test, or a failed one if it has not ended after `longest`, or was given up.
// `client` is for this alone, and outlives the connector.
[[nodiscard]] std::vector<connector::TestStep> run_test(connector::Connector& connector, http::Client& client,
                                                        const Clock& clock, std::chrono::seconds longest,
                                                        const GiveUp& give_up = nullptr);

}  // namespace leadspool::app

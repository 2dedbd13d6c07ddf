// What `GET /` of the simulator tells, and `leadspool simulate-crm` when it starts.
//
// Thread-safety: pure functions.
#pragma once

#include <string>

namespace leadspool::simulator {

// One line for each CRM: what it is called, and its URL below `base_url` ("https://127.0.0.1:9000").
[[nodiscard]] std::string list_of_crms(const std::string& base_url);

// The whole guide, as plain text.
[[nodiscard]] std::string how_to_use(const std::string& base_url);

}  // namespace leadspool::simulator

// The lead table of a simulated Dataverse: its columns, and what it refuses.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "simulator/columns.h"

namespace leadspool::simulator {

// As Microsoft describes the Lead entity; only those that leads are likely to be given.
[[nodiscard]] std::span<const Column> dataverse_lead_columns();

// The one of that name; a text of any length where a person has added it in the settings.
[[nodiscard]] Column dataverse_lead_column(std::string_view name);

// Why a lead (JSON text, an object) cannot be taken; nullopt when it can. `fields` are the columns there are.
[[nodiscard]] std::optional<http::Response> refuse_dataverse_lead(const std::string& lead_json,
                                                                  const std::vector<std::string>& fields);

}  // namespace leadspool::simulator

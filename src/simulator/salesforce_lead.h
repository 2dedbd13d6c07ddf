// The Lead object of a simulated Salesforce: its fields, what it refuses, and its description.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "simulator/access_desk.h"

namespace leadspool::simulator {

[[nodiscard]] std::vector<std::string> salesforce_lead_fields();

// Whether `field` is an External ID: a custom one whose name ends in "Id__c".
[[nodiscard]] bool is_external_id(std::string_view field, const AccessSettings& settings);

// Whether it is marked as unique as well: LeadspoolId__c alone is.
[[nodiscard]] bool is_unique_id(std::string_view field);

enum class SalesforceWrite { create, update };

// Why a lead (JSON text, an object) cannot be taken; nullopt when it can. `key_field` is the External ID that
// the URL names, which must not stand in the body; may be empty.
[[nodiscard]] std::optional<http::Response> refuse_salesforce_lead(const std::string& lead_json,
                                                                   std::string_view key_field,
                                                                   SalesforceWrite write,
                                                                   const AccessSettings& settings);

// The answer to .../sobjects/Lead/describe.
[[nodiscard]] std::string describe_salesforce_lead(const AccessSettings& settings);

}  // namespace leadspool::simulator

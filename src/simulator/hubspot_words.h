// What HubSpot says: every answer has its rate limits in headers, every refusal the body
//
//   {"status": "error", "message", "correlationId", "category", "errors": [{"message", "code", "context"}]}
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "simulator/fault.h"

namespace leadspool::simulator {

[[nodiscard]] http::Response hubspot_answer(int status, std::string body_json);

[[nodiscard]] http::Response hubspot_error(int status, const std::string& correlation_id,
                                           std::string_view category, std::string_view message);

// Why a property's value was not taken.
struct PropertyRefusal {
  std::string property;
  std::string code;  // "INVALID_EMAIL"
  std::string message;
};
// 400, of at least one property.
[[nodiscard]] http::Response hubspot_refusal(const std::string& correlation_id,
                                             const std::vector<PropertyRefusal>& refused);
[[nodiscard]] http::Response hubspot_no_properties(const std::string& correlation_id);
[[nodiscard]] http::Response hubspot_conflict(const std::string& correlation_id,
                                              const std::string& existing_id);
[[nodiscard]] http::Response hubspot_not_found(const std::string& correlation_id);
[[nodiscard]] http::Response hubspot_unauthorized(const std::string& correlation_id);

[[nodiscard]] http::Response hubspot_words(const Fault& fault, const std::string& correlation_id);

}  // namespace leadspool::simulator

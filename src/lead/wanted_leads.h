// Which leads a destination wants: the `when` of the configuration.
//
// Each condition names a property of a lead and patterns, one of which must match it; all conditions must
// hold. In a pattern `*` stands for any text, also none. Small and capital letters (of ASCII) are the same.
//
// Thread-safety: a value; pure functions.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lead/lead.h"

namespace leadspool {

struct WantedCondition {
  // source, publisher, offer, action, country; or disposition, which is deliver, test or do_not_contact: a
  // duplicate is judged by what it would be otherwise.
  std::string property;
  std::vector<std::string> patterns;
};

struct WantedError {
  std::string property;
  std::string message;
};

class WantedLeads {
 public:
  // Wants every lead.
  WantedLeads() = default;

  [[nodiscard]] static std::variant<WantedLeads, WantedError> parse(std::vector<WantedCondition> conditions);

  [[nodiscard]] bool wants(std::string_view source, Disposition disposition, const LeadFields& fields) const;

 private:
  std::vector<WantedCondition> conditions_;
};

}  // namespace leadspool

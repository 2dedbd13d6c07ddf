#include "app/correction_targets.h"

#include <nlohmann/json.hpp>

namespace leadspool::app {
namespace {

using Json = nlohmann::json;

bool matches(const Json& value, const std::string& wanted) { return wanted.empty() || value == wanted; }

}  // namespace

void add_targets(const std::string& page, const DeliveryFilter& filter, std::vector<Target>& targets) {
  const auto parsed = Json::parse(page);
  for (const auto& lead : parsed["leads"]) {
    const auto id = lead["id"].get<std::string>();
    if (filter.state.empty() && lead["deliveries"].empty()) targets.push_back({id, ""});
    if (filter.state.empty()) continue;
    for (const auto& delivery : lead["deliveries"]) {
      if (delivery["state"] == filter.state && matches(delivery["destination"], filter.destination) &&
          matches(delivery["cause"], filter.cause)) {
        targets.push_back({id, delivery["destination"].get<std::string>()});
      }
    }
  }
}

}  // namespace leadspool::app

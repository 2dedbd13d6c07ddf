#include "admin/redrive_view.h"

#include <nlohmann/json.hpp>

#include "admin/json_parts.h"

namespace leadspool::admin {
namespace {

// Members keep the order in which they are set: a person reads it too.
using Json = nlohmann::ordered_json;

// Only what was given.
Json filter_json(const outbox::RedriveFilter& filter) {
  Json json = Json::object();
  if (filter.destination) json["destination"] = *filter.destination;
  if (filter.cause) json["cause"] = *filter.cause;
  if (filter.source) json["source"] = *filter.source;
  if (filter.disposition) json["disposition"] = to_string(*filter.disposition);
  if (filter.from) json["from"] = to_rfc3339(*filter.from);
  if (filter.to) json["to"] = to_rfc3339(*filter.to);
  if (filter.with_missing) json["with_missing"] = true;
  return json;
}

Json to_json(const outbox::RedriveCount& count) {
  return Json{{"total", count.dead + count.missing}, {"dead", count.dead}, {"missing", count.missing}};
}

Json to_json(const outbox::RedriveView& redrive) {
  const auto& order = redrive.order;
  return Json{
      {"id", to_string(redrive.id)},
      {"at", to_rfc3339(redrive.at)},
      {"by", redrive.actor},
      {"reason", or_null<Json>(redrive.reason)},
      {"filter", filter_json(order.filter)},
      {"canary", order.canary},
      {"rate_per_second", order.rate_per_second ? Json(*order.rate_per_second) : Json(nullptr)},
      {"stop_after_failures", order.stop_after_failures ? Json(*order.stop_after_failures) : Json(nullptr)},
      {"state", to_string(redrive.state)},
      {"ended_at", or_null<Json>(redrive.ended_at)},
      {"ended_why", or_null<Json>(redrive.ended_why)},
      {"total", redrive.total},
      {"redriven", redrive.redriven},
      {"delivered", redrive.delivered},
      {"failed", redrive.failed},
      {"waiting", redrive.waiting},
      {"discarded", redrive.discarded}};
}

}  // namespace

std::string redrive_json(const outbox::RedriveView& redrive, bool service_running) {
  Json json = to_json(redrive);
  if (redrive.counted) json.update(to_json(*redrive.counted));
  json["service_running"] = service_running;
  return to_text(json);
}

std::string redrives_json(const std::vector<outbox::RedriveView>& redrives) {
  return to_text<Json>(
      {{"redrives", array_of<Json>(redrives, [](const auto& each) { return to_json(each); })}});
}

std::string redrive_count_json(const outbox::RedriveCount& count) {
  Json json{{"dry_run", true}};
  json.update(to_json(count));
  return to_text(json);
}

}  // namespace leadspool::admin

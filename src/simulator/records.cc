#include "simulator/records.h"

#include <charconv>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

namespace leadspool::simulator {
namespace {

using http::Answer;
using http::Request;
using http::Response;
using Json = nlohmann::ordered_json;

std::optional<std::size_t> parse_limit(std::string_view text) {
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc{} || end != text.data() + text.size() || limit == 0) return std::nullopt;
  return limit;
}

Json to_json(const Record& record) {
  return Json{{"id", record.id},
              {"key", record.key},
              {"received_at", to_rfc3339(record.received_at)},
              {"times_received", record.times_received},
              {"lead", Json::parse(record.lead_json)}};
}

}  // namespace

std::string record_json(const Record& record) { return to_json(record).dump(); }

void Records::add_routes(http::Router& router, const std::string& path, const std::string& name) {
  router.add("GET", path + "/" + name, [this](const Request& request) { return list(request); });
  router.add("DELETE", path + "/" + name, [this](const Request&) { return clear(); });
}

Records::Put Records::put(const std::string& key, const std::string& id, std::string lead_json,
                          IfThere if_there) {
  const std::lock_guard lock(mutex_);
  if (const auto known = place_by_key_.find(key); known != place_by_key_.end()) {
    Record& record = records_[known->second];
    ++record.times_received;
    if (if_there == IfThere::replace) record.lead_json = std::move(lead_json);
    return {record, false};
  }
  place_by_key_[key] = records_.size();
  records_.push_back({.id = id, .key = key, .received_at = clock_.now(), .lead_json = std::move(lead_json)});
  return {records_.back(), true};
}

std::optional<Record> Records::find(std::string_view key) const {
  const std::lock_guard lock(mutex_);
  const auto known = place_by_key_.find(std::string(key));
  if (known == place_by_key_.end()) return std::nullopt;
  return records_[known->second];
}

std::optional<Record> Records::find_by(std::string_view member, std::string_view text) const {
  const std::lock_guard lock(mutex_);
  for (const auto& record : records_) {
    const Json lead = Json::parse(record.lead_json);
    const auto value = lead.find(member);
    if (value != lead.end() && *value == text) return record;
  }
  return std::nullopt;
}

Answer Records::list(const Request& request) const {
  std::size_t limit = std::numeric_limits<std::size_t>::max();
  for (const auto& [name, value] : request.query) {
    const auto number = name == "limit" ? parse_limit(value) : std::nullopt;
    if (!number) {
      return http::Error{.status = 400,
                         .code = "bad_parameter",
                         .message = "the only query parameter is limit, a whole number from 1"};
    }
    limit = *number;
  }
  const std::lock_guard lock(mutex_);
  Json shown = Json::array();
  const std::size_t skipped = records_.size() > limit ? records_.size() - limit : 0;
  for (std::size_t i = skipped; i < records_.size(); ++i) shown.push_back(to_json(records_[i]));
  return Response{.body = Json{{"count", records_.size()}, {"records", std::move(shown)}}.dump()};
}

Answer Records::clear() {
  const std::lock_guard lock(mutex_);
  const std::size_t removed = records_.size();
  records_.clear();
  place_by_key_.clear();
  return Response{.body = Json{{"removed", removed}}.dump()};
}

}  // namespace leadspool::simulator

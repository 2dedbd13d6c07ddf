#include "admin/reload_view.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "admin/json_parts.h"

namespace leadspool::admin {
namespace {

// Members keep the order in which they are set: a person reads it too.
using Json = nlohmann::ordered_json;

}  // namespace

std::string reloaded_json(const ReloadReport& report) {
  return to_text<Json>(
      {{"status", "reloaded"}, {"warnings", report.warnings}, {"restart_needed", report.restart_needed}});
}

http::Response refused_reload(const ReloadReport& report) {
  std::string message = "The configuration has mistakes, and the one in force stays";
  if (!report.errors.empty()) message += "; the first: " + report.errors.front();
  auto response = http::to_response({.status = 422, .code = "bad_config", .message = std::move(message)});
  auto json = Json::parse(response.body);
  json["errors"] = report.errors;
  response.body = to_text(json);
  return response;
}

}  // namespace leadspool::admin

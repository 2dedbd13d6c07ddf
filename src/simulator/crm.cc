#include "simulator/crm.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "simulator/lead_body.h"

namespace leadspool::simulator {
namespace {

using http::Answer;
using http::Error;
using http::Request;
using http::Response;
using Json = nlohmann::ordered_json;

Error make_error(int status, std::string code, std::string message) {
  return Error{.status = status, .code = std::move(code), .message = std::move(message)};
}

Response struck_by(const Fault& fault) {
  return to_response(make_error(error_status(fault), "simulated_" + std::string(to_string(fault.mode)),
                                "this CRM was told to answer so (PUT /faults)"));
}

Error missing_field(const std::string& field) {
  Error error = make_error(422, "missing_field", "missing required field " + field);
  error.details.emplace_back("field", field);
  return error;
}

bool is_blank(const Json& lead, const std::string& field) {
  const auto found = lead.find(field);
  if (found == lead.end() || found->is_null()) return true;
  if (!found->is_string()) return false;
  return found->get_ref<const std::string&>().find_first_not_of(" \t\r\n") == std::string::npos;
}

std::string find_key(const Request& request, const Json& lead) {
  for (const auto name : {"Idempotency-Key", "webhook-id"}) {
    if (const auto key = request.header(name); !key.empty()) return std::string(key);
  }
  const auto id = lead.find("id");
  if (id == lead.end()) return {};
  if (id->is_string()) return id->get<std::string>();
  return id->is_number_integer() ? id->dump() : std::string();
}

Response taken(int status, const Record& record) {
  return {.status = status, .body = Json{{"id", record.id}, {"key", record.key}}.dump()};
}

}  // namespace

Crm::Crm(CrmOptions options, const Clock& clock, Random& random)
    : required_fields_(std::move(options.required_fields)),
      faults_(std::move(options.fault), struck_by, random),
      records_(clock) {}

void Crm::add_routes(http::Router& router) {
  router.add("POST", "/leads", [this](const Request& request) {
    return faults_.strike(FaultPlace::records, request, [&] { return store(request); });
  });
  records_.add_routes(router, "", "leads");
  router.add("GET", "/leads/{key}",
             [this](const Request& request) { return show(request.path_value("key")); });
  faults_.add_routes(router, "");
}

Answer Crm::store(const Request& request) {
  if (!is_lead_body(request.body)) return make_error(400, "not_a_lead", "the body must be a JSON object");
  const Json lead = Json::parse(request.body);
  const std::string key = find_key(request, lead);
  if (key.empty()) {
    return make_error(400, "no_key",
                      "a lead needs a key: the header Idempotency-Key or webhook-id, or \"id\" in the body");
  }
  // A lead that it has is not looked at again.
  if (!records_.find(key)) {
    for (const auto& field : required_fields_) {
      if (is_blank(lead, field)) return missing_field(field);
    }
  }
  const auto put =
      records_.put(key, "crm-" + to_hex(sha256(key)).substr(0, 16), request.body, Records::IfThere::keep);
  return taken(put.is_new ? 201 : 200, put.record);
}

Answer Crm::show(std::string_view key) const {
  const auto record = records_.find(key);
  if (!record) return make_error(404, "no_such_record", "there is no record with this key");
  return Response{.body = record_json(*record)};
}

}  // namespace leadspool::simulator

#include "simulator/dynamics365_crm.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "simulator/dataverse_lead.h"
#include "simulator/dataverse_metadata.h"
#include "simulator/dataverse_target.h"
#include "simulator/dataverse_words.h"
#include "simulator/lead_body.h"

namespace leadspool::simulator {
namespace {

using http::Request;
using http::Response;
using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 3> kVersions{"v9.0", "v9.1", "v9.2"};
constexpr std::string_view kEntitySet = "leads";
AccessSettings settings_at_first() {
  AccessSettings settings;
  settings.fields = names_of(dataverse_lead_columns());
  return settings;
}

Response no_such_row(const Uuid& id) {
  return dataverse_error(404, "0x80040217", "Entity 'lead' With Id = " + to_string(id) + " Does Not Exist");
}

Response bad_key() { return dataverse_error(400, "0x80060888", "Bad Request - Error in query syntax."); }

Response bad_payload() {
  return dataverse_error(400, "0x80048d19",
                         "Error identified in Payload provided by the user for Entity :'leads'  ---->  "
                         "InnerException : Microsoft.OData.ODataException: Invalid JSON.");
}

std::optional<Response> refuse_headers(const Request& request) {
  for (const auto name : {"OData-Version", "OData-MaxVersion"}) {
    const auto version = request.header(name);
    if (!version.empty() && version != "4.0" && version != "4.01") {
      return dataverse_error(400, "0x80060888",
                             "The '" + std::string(name) + "' header value '" + std::string(version) +
                                 "' in the message is not supported.");
    }
  }
  const auto accepted = request.header("Accept");
  if (!accepted.empty() && accepted.find("json") == std::string_view::npos &&
      accepted.find('*') == std::string_view::npos) {
    return dataverse_error(406, "", "A supported MIME type could not be found for the response.");
  }
  if (request.body.empty() || request.header("Content-Type").starts_with("application/json")) {
    return std::nullopt;
  }
  return dataverse_error(415, "", "The request entity's media type is not supported for this resource.");
}

// The part of the URL before "/leads(...)", as it is known outside.
std::string api_url(const Request& request) {
  return "https://" + std::string(request.header("Host")) +
         request.path.substr(0, request.path.find('/', request.path.find("/api/data/v") + 10));
}

bool has_same_email(const Records& records, const Json& lead, std::string_view id) {
  const auto email = lead.find("emailaddress1");
  if (email == lead.end() || !email->is_string() || email->get_ref<const std::string&>().empty())
    return false;
  const auto known = records.find_by("emailaddress1", email->get<std::string>());
  return known && known->id != id;
}

bool wants_duplicate_detection(const Request& request) {
  return equal_in_any_case(request.header("MSCRM.SuppressDuplicateDetection"), "false");
}

Response duplicate() {
  return dataverse_error(500, "0x80040333",
                         "A record was not created or updated because a duplicate of the current record "
                         "already exists.");
}

Response there_already() {
  return dataverse_error(412, "", "A record with matching key values already exists.");
}

std::string with_id(const Record& record) {
  Json lead = Json::parse(record.lead_json);
  lead["leadid"] = record.id;
  return lead.dump();
}

bool is_open(const Json& lead) { return lead.value("statecode", Json(0)) == 0; }

}  // namespace

Dynamics365Crm::Dynamics365Crm(const Clock& clock, Random& random)
    : clock_(clock),
      random_(random),
      access_(settings_at_first(), clock, random),
      tokens_(access_, clock, random),
      faults_(
          {},
          [this](const Fault& fault) {
            return fault.at == FaultPlace::token ? tokens_.words(fault) : dataverse_words(fault);
          },
          random),
      records_(clock) {}

void Dynamics365Crm::add_routes(http::Router& router, const std::string& path) {
  faults_.add_routes(router, path);
  records_.add_routes(router, path);
  access_.add_routes(router, path);

  router.add("POST", path + "/{tenant}/oauth2/v2.0/token", [this, path](const Request& request) {
    return faults_.strike(FaultPlace::token, request, [&] { return tokens_.answer(request, path); });
  });
  const auto write = [this](Action action) {
    return [this, action](const Request& request) {
      return faults_.strike(FaultPlace::records, request, [&] { return admitted(request, action); });
    };
  };
  const auto read = [this](Action action) {
    return [this, action](const Request& request) { return admitted(request, action); };
  };
  const std::string api = path + "/api/data/{version}";
  router.add("PATCH", api + "/{target}", write(&Dynamics365Crm::patch));
  router.add("POST", api + "/{target}", write(&Dynamics365Crm::post));
  router.add("GET", api + "/{target}", read(&Dynamics365Crm::read));
  router.add("GET", api + "/{target}/{part}", read(&Dynamics365Crm::read_about));
  router.add("GET", api + "/{target}/{part}/{cast}", read(&Dynamics365Crm::read_about));
}

Response Dynamics365Crm::admitted(const Request& request, Action action) {
  const auto version = request.path_value("version");
  if (std::ranges::find(kVersions, version) == kVersions.end()) return no_such_segment(version);
  if (!access_.knows(http::bearer_token(request))) return dataverse_unauthorized();
  if (auto refusal = refuse_headers(request)) return std::move(*refusal);
  return (this->*action)(request);
}

Response Dynamics365Crm::patch(const Request& request) {
  const Target target = read_target(request.path_value("target"));
  if (target.name != kEntitySet) return no_such_segment(target.name);
  const auto id = parse_uuid(target.key.value_or(""));
  if (!id) return bad_key();
  if (!is_lead_body(request.body)) return bad_payload();
  if (auto refusal = refuse_dataverse_lead(request.body, access_.settings().fields))
    return std::move(*refusal);

  const auto known = records_.find(to_string(*id));
  if (!known) return request.header("If-Match") == "*" ? no_such_row(*id) : create(request, *id);
  return request.header("If-None-Match") == "*" ? create(request, *id) : update(request, *known);
}

Response Dynamics365Crm::post(const Request& request) {
  const Target target = read_target(request.path_value("target"));
  if (target.name != kEntitySet || target.key) return no_such_segment(target.name);
  if (!is_lead_body(request.body)) return bad_payload();
  if (auto refusal = refuse_dataverse_lead(request.body, access_.settings().fields))
    return std::move(*refusal);

  const Json lead = Json::parse(request.body);
  if (!lead.contains("leadid")) return create(request, make_uuid_v7(clock_.now(), random_));
  const auto id = parse_uuid(lead["leadid"].is_string() ? lead["leadid"].get<std::string>() : "");
  return id ? create(request, *id) : bad_key();
}

Response Dynamics365Crm::create(const Request& request, const Uuid& id) {
  if (!access_.settings().may_create) return dataverse_may_not_create();
  Json lead = Json::parse(request.body);
  for (const auto& column : dataverse_lead_columns()) {
    if (!column.createable) lead.erase(std::string(column.name));
  }
  const std::string key = to_string(id);
  if (wants_duplicate_detection(request) && has_same_email(records_, lead, key)) return duplicate();
  const auto put = records_.put(key, key, lead.dump(), Records::IfThere::keep);
  return put.is_new ? stored(request, put.record, 201) : there_already();
}

Response Dynamics365Crm::update(const Request& request, const Record& record) {
  Json lead = Json::parse(record.lead_json);
  const Json changes = Json::parse(request.body);
  if (!is_open(lead) && !changes.contains("statecode")) {
    return dataverse_error(400, "0x80040265", "The lead is already closed. It cannot be edited.");
  }
  if (wants_duplicate_detection(request) && has_same_email(records_, changes, record.id)) return duplicate();
  lead.update(changes);
  const auto put = records_.put(record.key, record.id, lead.dump(), Records::IfThere::replace);
  return stored(request, put.record, 200);
}

Response Dynamics365Crm::stored(const Request& request, const Record& record, int status) const {
  const bool shows_it = request.header("Prefer").find("return=representation") != std::string_view::npos;
  Response response;
  if (shows_it) response = dataverse_answer(with_id(record));
  response.status = shows_it ? status : 204;
  response.headers = {{"OData-Version", "4.0"},
                      {"OData-EntityId", api_url(request) + "/leads(" + record.id + ")"}};
  return response;
}

Response Dynamics365Crm::read(const Request& request) {
  const Target target = read_target(request.path_value("target"));
  if (target.name != kEntitySet) return dataverse_metadata(request, access_.settings());
  const auto id = parse_uuid(target.key.value_or(""));
  if (!id) return bad_key();
  const auto record = records_.find(to_string(*id));
  return record ? dataverse_answer(with_id(*record)) : no_such_row(*id);
}

Response Dynamics365Crm::read_about(const Request& request) {
  return dataverse_metadata(request, access_.settings());
}

}  // namespace leadspool::simulator

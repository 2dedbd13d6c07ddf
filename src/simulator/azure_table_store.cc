#include "simulator/azure_table_store.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/uuid.h"
#include "simulator/azure_entity.h"
#include "simulator/azure_table_access.h"
#include "simulator/lead_body.h"

namespace leadspool::simulator {
namespace {

using http::Answer;
using http::Request;
using http::Response;
using Json = nlohmann::ordered_json;

constexpr const char* kJson = "application/json;odata=minimalmetadata;streaming=true;charset=utf-8";

struct Words {
  int status;
  std::string_view code;
  std::string_view message;
};

Words words_of(FaultMode mode) {
  switch (mode) {
    case FaultMode::refuse:
    case FaultMode::throttle:
      return {503, "ServerBusy", "The server is busy."};
    case FaultMode::error:
      return {500, "InternalError",
              "Server encountered an internal error. Please try again after some time."};
    case FaultMode::reject:
      return {400, "InvalidInput",
              "Error encountered while parsing the property 'Description': its value is not valid."};
    case FaultMode::unauthorized:
      return {
          403, "AuthenticationFailed",
          "Server failed to authenticate the request. Make sure the value of Authorization header is formed "
          "correctly including the signature."};
    case FaultMode::forbid:
      return {403, "AuthorizationFailure", "This request is not authorized to perform this operation."};
    case FaultMode::quota:
      return {429, "TooManyRequests", "The request rate is too large."};
    case FaultMode::none:
    case FaultMode::delay:
    case FaultMode::reset:
    case FaultMode::drop_answer:
    case FaultMode::hang:
      break;
  }
  return {200, "", ""};
}

AccessSettings settings_at_first() { return {.client_secret = "c2VjcmV0"}; }

std::string key_of(std::string_view partition_key, std::string_view row_key) {
  return std::string(partition_key) + "/" + std::string(row_key);
}

struct Address {
  std::string name;  // "Tables" or a table
  std::string within;
  bool has_brackets = false;
};

// "leads(PartitionKey='a',RowKey='b')" in its parts.
Address read_address(std::string_view segment) {
  const auto open = segment.find('(');
  if (open == std::string_view::npos || !segment.ends_with(')')) return {std::string(segment), {}};
  return {std::string(segment.substr(0, open)),
          std::string(segment.substr(open + 1, segment.size() - open - 2)), true};
}

// What stands in quotes after `before`; nullopt when it is not there.
std::optional<std::string_view> quoted(std::string_view text, std::string_view before) {
  const auto found = text.find(std::string(before) + "'");
  if (found == std::string_view::npos) return std::nullopt;
  text.remove_prefix(found + before.size() + 1);
  const auto end = text.find('\'');
  if (end == std::string_view::npos) return std::nullopt;
  return text.substr(0, end);
}

}  // namespace

AzureTableStore::AzureTableStore(const Clock& clock, Random& random)
    : clock_(clock),
      random_(random),
      faults_(
          {},
          [this](const Fault& fault) {
            const Words words = words_of(fault.mode);
            return error(fault.status.value_or(words.status), words.code, words.message);
          },
          random),
      records_(clock),
      access_(settings_at_first(), clock, random) {}

void AzureTableStore::add_routes(http::Router& router, const std::string& path) {
  faults_.add_routes(router, path);
  records_.add_routes(router, path);
  access_.add_routes(router, path);
  router.add("POST", path + "/Tables", [this](const Request& request) { return make_table(request); });
  router.add("POST", path + "/{table}", [this](const Request& request) {
    return faults_.strike(FaultPlace::records, request, [&] { return insert(request); });
  });
  router.add("GET", path + "/{table}", [this](const Request& request) { return read(request); });
}

Answer AzureTableStore::insert(const Request& request) {
  const std::string table(request.path_value("table"));
  if (auto refusal = refuse(request, table, 'a')) return std::move(*refusal);
  if (!has_table(table)) return error(404, "TableNotFound", "The table specified does not exist.");
  if (!is_lead_body(request.body)) {
    return error(400, "InvalidInput", "An error occurred while processing this request.");
  }
  if (const auto refusal = refuse_entity(request.body, access_.settings().fields)) {
    return error(400, refusal->code, refusal->message);
  }
  Json entity = Json::parse(request.body);
  const std::string key = key_of(entity.at("PartitionKey").get_ref<const std::string&>(),
                                 entity.at("RowKey").get_ref<const std::string&>());
  const auto put = records_.put(key, key, entity.dump(), Records::IfThere::keep);
  if (!put.is_new) return error(409, "EntityAlreadyExists", "The specified entity already exists.");

  const std::string written = to_rfc3339(put.record.received_at);
  const std::string etag = "W/\"datetime'" + written + "'\"";
  if (request.header("Prefer") == "return-no-content") {
    return Response{.status = 204, .headers = {{"Preference-Applied", "return-no-content"}, {"ETag", etag}}};
  }
  entity["odata.etag"] = etag;
  entity["Timestamp"] = written;
  return Response{.status = 201, .content_type = kJson, .body = entity.dump(), .headers = {{"ETag", etag}}};
}

Answer AzureTableStore::make_table(const Request& request) {
  if (auto refusal = refuse(request, "", 'a')) return std::move(*refusal);
  const Json sent = is_lead_body(request.body) ? Json::parse(request.body) : Json::object();
  const auto name = sent.find("TableName");
  if (name == sent.end() || !name->is_string()) {
    return error(400, "InvalidInput", "An error occurred while processing this request.");
  }
  const std::lock_guard lock(mutex_);
  if (!tables_.insert(to_lower(name->get_ref<const std::string&>())).second) {
    return error(409, "TableAlreadyExists", "The table specified already exists.");
  }
  return Response{.status = 201, .content_type = kJson, .body = Json{{"TableName", *name}}.dump()};
}

Answer AzureTableStore::read(const Request& request) {
  const Address address = read_address(request.path_value("table"));
  const bool of_tables = address.name == "Tables";
  const std::string table = of_tables ? std::string(quoted(address.within, "").value_or("")) : address.name;
  if (auto refusal = refuse(request, table, 'r')) return std::move(*refusal);
  if (of_tables && address.within.empty()) {
    return Response{.content_type = kJson, .body = Json{{"value", Json::array()}}.dump()};
  }
  if (of_tables && !has_table(table)) {
    return error(404, "ResourceNotFound", "The specified resource does not exist.");
  }
  if (of_tables) return Response{.content_type = kJson, .body = Json{{"TableName", table}}.dump()};
  if (!has_table(table)) return error(404, "TableNotFound", "The table specified does not exist.");

  const auto partition_key = quoted(address.within, "PartitionKey=");
  const auto row_key = quoted(address.within, "RowKey=");
  if (!partition_key || !row_key) {
    return Response{.content_type = kJson, .body = Json{{"value", Json::array()}}.dump()};
  }
  const auto found = records_.find(key_of(*partition_key, *row_key));
  if (!found) return error(404, "ResourceNotFound", "The specified resource does not exist.");
  return Response{.content_type = kJson, .body = found->lead_json};
}

std::optional<Response> AzureTableStore::refuse(const Request& request, std::string_view table,
                                                char needed) const {
  const auto refusal = refuse_azure_access(request, access_.settings(), table, needed, clock_.now());
  if (!refusal) return std::nullopt;
  return error(refusal->status, refusal->code, refusal->message);
}

bool AzureTableStore::has_table(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  return tables_.contains(to_lower(name));
}

Response AzureTableStore::error(int status, std::string_view code, std::string_view message) const {
  const std::string request_id = to_string(make_uuid_v7(clock_.now(), random_));
  const std::string value =
      std::string(message) + "\nRequestId:" + request_id + "\nTime:" + to_rfc3339(clock_.now());
  const Json body{{"odata.error", {{"code", code}, {"message", {{"lang", "en-US"}, {"value", value}}}}}};
  return {.status = status,
          .content_type = kJson,
          .body = body.dump(-1, ' ', false, Json::error_handler_t::replace),
          .headers = {{"x-ms-request-id", request_id}}};
}

}  // namespace leadspool::simulator

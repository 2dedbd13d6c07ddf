#include "simulator/salesforce_crm.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/text.h"
#include "base/uuid.h"
#include "simulator/lead_body.h"
#include "simulator/salesforce_lead.h"
#include "simulator/salesforce_words.h"

namespace leadspool::simulator {
namespace {

using http::Answer;
using http::Request;
using http::Response;
using Json = nlohmann::ordered_json;

constexpr std::string_view kObject = "Lead";
constexpr int kRequestsADay = 15'000;

AccessSettings settings_at_first() {
  AccessSettings settings;
  settings.fields = salesforce_lead_fields();
  return settings;
}

Response json(int status, const Json& body) {
  return {.status = status, .content_type = "application/json;charset=UTF-8", .body = body.dump()};
}

struct Client {
  std::string id;
  std::string secret;
};

// From HTTP Basic, else from the form.
Client read_client(const Request& request, std::map<std::string, std::string>& form) {
  constexpr std::string_view kBasic = "basic ";
  const auto authorization = request.header("Authorization");
  if (!equal_in_any_case(authorization.substr(0, kBasic.size()), kBasic)) {
    return {form["client_id"], form["client_secret"]};
  }
  const std::string plain = from_base64(authorization.substr(kBasic.size())).value_or("");
  const auto colon = plain.find(':');
  if (colon == std::string::npos) return {};
  return {plain.substr(0, colon), plain.substr(colon + 1)};
}

// "v61.0"
bool is_version(std::string_view text) {
  if (!text.starts_with('v') || !text.ends_with(".0")) return false;
  const auto number = text.substr(1, text.size() - 3);
  int version = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), version);
  return error == std::errc{} && end == number.data() + number.size() && version >= 46 && version <= 99;
}

std::string id_of(std::string_view key) { return "00Q" + to_hex(sha256(key)).substr(0, 12) + "AAA"; }

std::string key_of(std::string_view field, std::string_view value) {
  return std::string(field) + "/" + std::string(value);
}
// Of a second lead with the same value; what further ones there are does not matter.
std::string second_key_of(const std::string& key) { return key + " (2)"; }

Response saved(int status, const Record& record, bool created) {
  return json(status,
              {{"id", record.id}, {"success", true}, {"errors", Json::array()}, {"created", created}});
}

Response duplicate() { return salesforce_error(400, "DUPLICATES_DETECTED", "Use one of these records?"); }

Response value_is_taken(std::string_view field, const Record& record) {
  return salesforce_error(
      400, "DUPLICATE_VALUE",
      "duplicate value found: " + std::string(field) + " duplicates value on record with id: " + record.id);
}

Response no_lead() {
  return salesforce_error(400, "JSON_PARSER_ERROR",
                          "Unexpected character in the request body at [line:1, column:1]");
}

}  // namespace

SalesforceCrm::SalesforceCrm(const Clock& clock, Random& random)
    : clock_(clock),
      random_(random),
      access_(settings_at_first(), clock, random),
      faults_({}, salesforce_words, random),
      records_(clock) {}

void SalesforceCrm::add_routes(http::Router& router, const std::string& path) {
  faults_.add_routes(router, path);
  records_.add_routes(router, path);
  access_.add_routes(router, path);

  router.add("POST", path + "/services/oauth2/token", [this, path](const Request& request) {
    return faults_.strike(FaultPlace::token, request, [&] { return issue_token(request, path); });
  });
  const auto write = [this](Action action) {
    return [this, action](const Request& request) {
      return counted(faults_.strike(FaultPlace::records, request, [&] { return admitted(request, action); }));
    };
  };
  const std::string object = path + "/services/data/{version}/sobjects/{object}";
  router.add("PATCH", object + "/{field}/{value}", write(&SalesforceCrm::upsert));
  router.add("POST", object, write(&SalesforceCrm::post));
  router.add("GET", object + "/describe",
             [this](const Request& request) { return counted(admitted(request, &SalesforceCrm::describe)); });
}

Answer SalesforceCrm::counted(Answer answer) {
  if (auto* response = std::get_if<Response>(&answer)) {
    response->headers.push_back({"Sforce-Limit-Info", "api-usage=" + std::to_string(++requests_) + "/" +
                                                          std::to_string(kRequestsADay)});
  }
  return answer;
}

Response SalesforceCrm::admitted(const Request& request, Action action) {
  if (!access_.knows(http::bearer_token(request))) return salesforce_invalid_session();
  if (!is_version(request.path_value("version")) || request.path_value("object") != kObject) {
    return salesforce_error(404, "NOT_FOUND", "The requested resource does not exist");
  }
  return (this->*action)(request);
}

Response SalesforceCrm::issue_token(const Request& request, const std::string& path) {
  auto form = read_form(request.body);
  const Client client = read_client(request, form);
  const auto settings = access_.settings();
  if (form["grant_type"] != "client_credentials") {
    return salesforce_token_error(400, "unsupported_grant_type", "grant type not supported");
  }
  if (client.id != settings.client_id) {
    return salesforce_token_error(400, "invalid_client_id", "client identifier invalid");
  }
  if (client.secret != settings.client_secret) {
    return salesforce_token_error(400, "invalid_client", "invalid client credentials");
  }
  const std::string url = "https://" + std::string(request.header("Host")) + path;
  return json(200, {{"access_token", access_.issue().token},
                    {"scope", "api"},
                    {"instance_url", url},
                    {"id", url + "/id/00D000000000001AAA/005000000000001AAA"},
                    {"token_type", "Bearer"},
                    {"issued_at", std::to_string(to_unix_ms(clock_.now()))}});
}

Response SalesforceCrm::upsert(const Request& request) {
  const auto settings = access_.settings();
  const auto field = request.path_value("field");
  if (!is_external_id(field, settings)) {
    return salesforce_error(
        404, "NOT_FOUND",
        "Provided external ID field does not exist or is not accessible: " + std::string(field));
  }
  if (!is_lead_body(request.body)) return no_lead();

  const std::string key = key_of(field, request.path_value("value"));
  const auto known = records_.find(key);
  if (const auto second = records_.find(second_key_of(key)); known && second) {
    const std::string url = request.path.substr(0, request.path.rfind('/', request.path.rfind('/') - 1) + 1);
    return json(300, {url + known->id, url + second->id});
  }
  const auto write = known ? SalesforceWrite::update : SalesforceWrite::create;
  if (auto refusal = refuse_salesforce_lead(request.body, field, write, settings)) return std::move(*refusal);
  if (known) return update(request, *known);
  Json lead = Json::parse(request.body);
  lead[std::string(field)] = request.path_value("value");
  return create(request, key, lead.dump());
}

Response SalesforceCrm::post(const Request& request) {
  if (!is_lead_body(request.body)) return no_lead();
  const auto settings = access_.settings();
  if (auto refusal = refuse_salesforce_lead(request.body, "", SalesforceWrite::create, settings)) {
    return std::move(*refusal);
  }
  const Json lead = Json::parse(request.body);
  for (const auto& [name, value] : lead.items()) {
    if (!is_external_id(name, settings) || !value.is_string()) continue;
    const std::string key = key_of(name, value.get<std::string>());
    const auto known = records_.find(key);
    if (known && is_unique_id(name)) return value_is_taken(name, *known);
    return create(request, known ? second_key_of(key) : key, request.body);
  }
  return create(request, to_string(make_uuid_v7(clock_.now(), random_)), request.body);
}

Response SalesforceCrm::create(const Request& request, const std::string& key, std::string lead_json) {
  if (!access_.settings().may_create) return salesforce_may_not_create();
  const std::string id = id_of(key);
  if (is_duplicate(request, id)) return duplicate();
  const auto put = records_.put(key, id, std::move(lead_json), Records::IfThere::replace);
  return saved(put.is_new ? 201 : 200, put.record, put.is_new);
}

Response SalesforceCrm::update(const Request& request, const Record& record) {
  if (is_duplicate(request, record.id)) return duplicate();
  Json lead = Json::parse(record.lead_json);
  lead.update(Json::parse(request.body));
  const auto put = records_.put(record.key, record.id, lead.dump(), Records::IfThere::replace);
  return saved(200, put.record, false);
}

bool SalesforceCrm::is_duplicate(const Request& request, std::string_view own_id) const {
  if (!access_.settings().duplicate_rule) return false;
  if (request.header("Sforce-Duplicate-Rule-Header").find("allowSave=true") != std::string_view::npos) {
    return false;
  }
  const Json lead = Json::parse(request.body);
  const auto email = lead.find("Email");
  if (email == lead.end() || !email->is_string()) return false;
  const auto known = records_.find_by("Email", email->get<std::string>());
  return known && known->id != own_id;
}

Response SalesforceCrm::describe(const Request&) {
  return {.content_type = "application/json;charset=UTF-8",
          .body = describe_salesforce_lead(access_.settings())};
}

}  // namespace leadspool::simulator

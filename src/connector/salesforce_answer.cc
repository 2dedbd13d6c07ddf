#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "connector/crm_answer.h"
#include "connector/crm_error.h"
#include "connector/outcomes.h"
#include "connector/salesforce.h"

namespace leadspool::connector {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kFieldAdvice =
    "take it out of `mapping` or `constants`, or make the field, and let the user that the app runs as write "
    "it: Setup > "
    "Object Manager > (the object) > Fields & Relationships > (the field) > Set Field-Level Security";
constexpr std::string_view kValueAdvice =
    "a constant or a template in `mapping` gives a value that the field does not take";
constexpr std::string_view kUserAdvice =
    "the user that the app of `client_id` runs as is not let in, or not allowed the API: Setup > Users > "
    "(the user) > Profile > API Enabled";
constexpr std::string_view kPermissionAdvice =
    "the user that the app of `client_id` runs as needs Create and Edit on the object: Setup > Permission "
    "Sets > (one of that user's) > Object Settings";

// By the errorCode, by words of the message (those with a blank), and last by the status. Salesforce: "Status
// Codes and Error Responses" and "Core Data Types Used in API Calls", StatusCode.
constexpr CrmError kErrors[] = {
    // Too many at once: room comes as soon as one of them ends.
    unavailable("concurrentrequests limit"),
    unavailable("concurrentperorglongtxn limit"),
    // The daily allowance rolls over 24 hours, so a little is free again soon.
    unavailable("REQUEST_LIMIT_EXCEEDED", std::chrono::minutes{15}),
    unavailable("STORAGE_LIMIT_EXCEEDED", std::chrono::minutes{15}),
    unavailable_and_counted("UNABLE_TO_LOCK_ROW"),
    unavailable("SERVER_UNAVAILABLE"),
    // A person has made a contact of it already, so it did arrive.
    {.code = "CANNOT_UPDATE_CONVERTED_LEAD", .outcome = Outcome::delivered},
    misconfigured("INVALID_SESSION_ID", kUserAdvice),
    misconfigured("API_DISABLED_FOR_ORG", kUserAdvice),
    misconfigured("API_CURRENTLY_DISABLED", kUserAdvice),
    misconfigured("INVALID_FIELD", kFieldAdvice),
    misconfigured("INVALID_FIELD_FOR_INSERT_UPDATE", kFieldAdvice),
    misconfigured(
        "external id field does not exist",
        "`external_id_field` is to be the API name of a field marked External ID, which the user that the "
        "app runs as may see: Setup > Object Manager > (the object) > Fields & Relationships"),
    misconfigured("INVALID_TYPE", "`object` is to be the API name of an object that the app's user may see"),
    misconfigured("the requested resource does not exist",
                  "`object` and `api_version` are to be ones that the org has, and `url` its My Domain: "
                  "Setup > My Domain > Current My Domain URL"),
    perhaps_misconfigured("INSUFFICIENT_ACCESS", kPermissionAdvice),
    perhaps_misconfigured("INSUFFICIENT_ACCESS_OR_READONLY", kPermissionAdvice),
    perhaps_misconfigured("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", kPermissionAdvice),
    perhaps_misconfigured("JSON_PARSER_ERROR", kValueAdvice),
    perhaps_misconfigured("INVALID_TYPE_ON_FIELD_IN_RECORD", kValueAdvice),
    perhaps_misconfigured("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", kValueAdvice),
    perhaps_misconfigured("INVALID_CROSS_REFERENCE_KEY", kValueAdvice),
    perhaps_misconfigured("MALFORMED_ID", kValueAdvice),
    rejected("REQUIRED_FIELD_MISSING"),
    rejected(
        "STRING_TOO_LONG",
        "the field is shorter here than the standard one: give its length in `limits`, and the text is cut"),
    rejected("INVALID_EMAIL_ADDRESS"),
    rejected("FIELD_CUSTOM_VALIDATION_EXCEPTION"),
    rejected("FIELD_INTEGRITY_EXCEPTION",
             "where State and Country/Territory Picklists are on, the country must be one of the list"),
    rejected("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"),
    rejected("DUPLICATE_VALUE"),
    rejected("ENTITY_IS_DELETED", "the record of this lead was deleted there"),
    rejected("DUPLICATES_DETECTED",
             "a duplicate rule blocks it: Setup > Duplicate Rules > (the rule) > Action On Create: Allow, "
             "with an alert"),
    misconfigured("401", kUserAdvice),
    misconfigured("404", "`url` is to be the org's My Domain: Setup > My Domain > Current My Domain URL"),
};

// Of all errors, [{"errorCode", "message", "fields"}].
struct Told {
  std::vector<std::string> codes;
  std::string words;
};

Told read_errors(const std::string& body) {
  Told told;
  const Json errors = Json::parse(body, nullptr, false);
  if (!errors.is_array()) return told;
  for (const Json& error : errors) {
    if (!error.is_object()) continue;
    const auto code = error.find("errorCode");
    if (code != error.end() && code->is_string()) told.codes.push_back(code->get<std::string>());
    const auto message = error.find("message");
    if (message == error.end() || !message->is_string()) continue;
    told.words += message->get_ref<const std::string&>() + "\n";
  }
  return told;
}

// Several records have the lead's id, which the CRM allows where the field is not unique.
AttemptOutcome several(const http::ClientAnswer& answer, const LeadFields& lead, Time now) {
  AttemptOutcome outcome = outcome_of(answer, CrmAnswer{}, lead, now);
  turn_into(Outcome::rejected, outcome);
  outcome.cause = "several records have this lead's id";
  outcome.detail +=
      ": " + outcome.cause +
      ", so none was written; delete all but one, and mark the field of `external_id_field` as Unique";
  return outcome;
}

AttemptOutcome classify_answer(const http::ClientAnswer& answer, const LeadFields& lead, Time now) {
  const CrmAnswer read = read_crm_answer(answer.body);
  constexpr int kMultipleChoices = 300;
  if (answer.status == kMultipleChoices) return several(answer, lead, now);
  const bool is_success = 200 <= answer.status && answer.status <= 299;
  // An answer without a body has no id, but tells of the quota as each one does.
  const bool is_its_own = answer.status == 204
                              ? !http::find_header(answer.headers, "Sforce-Limit-Info").empty()
                              : !read.remote_id.empty();
  if (is_success && !is_its_own) return not_understood(answer, "one of the REST API of Salesforce", now);
  AttemptOutcome outcome = outcome_of(answer, read, lead, now);
  if (is_success) return outcome;
  Told told = read_errors(answer.body);
  const bool has_code = !told.codes.empty();
  told.codes.push_back(std::to_string(answer.status));
  if (const CrmError* const row = find_error(kErrors, told.codes, told.words)) {
    apply(*row, answer, now, outcome);
  } else if (!has_code) {
    suspect_gateway(outcome);
  } else {
    outcome.shows_access = outcome.outcome == Outcome::rejected;
  }
  return outcome;
}

}  // namespace

AttemptOutcome classify_salesforce(const http::ClientResult& result, const LeadFields& lead, Time now) {
  if (const auto* answer = std::get_if<http::ClientAnswer>(&result))
    return classify_answer(*answer, lead, now);
  return outcome_of(std::get<http::ClientFailure>(result));
}

}  // namespace leadspool::connector

// What Odoo's answers mean: the name of the Python exception first, the status second.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "connector/crm_answer.h"
#include "connector/crm_error.h"
#include "connector/odoo.h"
#include "connector/outcomes.h"
#include "connector/payload_reader.h"

namespace leadspool::connector {
namespace {

constexpr std::string_view kKeyAdvice =
    "Odoo does not take the key that `api_key` points to; a key lasts three months at most: make a new one "
    "under Preferences > Account Security > New API Key, as the user who is to own the leads";
constexpr std::string_view kRoleAdvice =
    "the user whose key `api_key` is needs Sales > User under Settings > Users & Companies > Users";
constexpr std::string_view kFieldAdvice =
    "make the field in Odoo (Settings > Technical > Fields, or Studio), or change `mapping`, `constants` or "
    "`marker_field`";
constexpr std::string_view kRecordAdvice =
    "a record that `mapping` or `constants` refers to by its number is not there (any more)";
constexpr std::string_view kAddressAdvice =
    "look whether `url` is the address of an Odoo 19 or later, `database` is the name in its database "
    "selector, and the app CRM is installed (Apps > CRM); Odoo Online has this API in Custom plans only";
constexpr std::string_view kVersionAdvice =
    "this Odoo does not know the call in this form: look whether `url` leads to version 19 or later";

// By the last part of the exception's name: "odoo.exceptions.AccessError".
constexpr CrmError kErrors[] = {
    misconfigured("invalid field ", kFieldAdvice),
    misconfigured("AccessDenied", kKeyAdvice),
    misconfigured("401", kKeyAdvice),
    misconfigured("AccessError", kRoleAdvice),
    // Of psycopg2: two transactions in each other's way, or no connection to the database.
    unavailable("SerializationFailure"),
    unavailable("DeadlockDetected"),
    unavailable("LockNotAvailable"),
    unavailable("OperationalError"),
    unavailable("InterfaceError"),
    unavailable("PoolError"),
    rejected("ValidationError"),
    rejected("UserError"),
    rejected("RedirectWarning"),
    rejected("ValueError"),
    perhaps_misconfigured("MissingError", kRecordAdvice),
    misconfigured("UnprocessableEntity", kVersionAdvice),
    misconfigured("404", kAddressAdvice),
};

// [42], or [] of a search that found nothing.
bool is_list_of_ids(const std::string& body) {
  const auto list = nlohmann::json::parse(body, nullptr, false);
  return list.is_array() &&
         std::ranges::all_of(list, [](const auto& element) { return element.is_number_integer(); });
}

}  // namespace

AttemptOutcome classify_odoo(const http::ClientResult& result, const LeadFields& lead, Time now) {
  const auto* answer = std::get_if<http::ClientAnswer>(&result);
  if (answer == nullptr) return outcome_of(std::get<http::ClientFailure>(result));
  if (200 <= answer->status && answer->status <= 299) {
    if (answer->status != 200 || !is_list_of_ids(answer->body)) {
      return not_understood(*answer, "one of Odoo's JSON-2 API", now);
    }
    CrmAnswer read;
    read.remote_id = remote_id_at(answer->body, "/0");
    return outcome_of(*answer, read, lead, now);
  }
  AttemptOutcome outcome = outcome_of(*answer, read_crm_answer(answer->body), lead, now);
  const PayloadReader error(answer->body);
  const std::string name = error.text_at({"name"});
  const std::vector<std::string> codes{name.substr(name.rfind('.') + 1), std::to_string(answer->status)};
  if (const CrmError* const row = find_error(kErrors, codes, error.text_at({"message"}))) {
    apply(*row, *answer, now, outcome);
  } else if (name.empty()) {
    suspect_gateway(outcome);
  }
  return outcome;
}

}  // namespace leadspool::connector

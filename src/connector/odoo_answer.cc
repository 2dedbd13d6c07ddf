// What Odoo's answers mean: the name of the Python exception first, the status second.
#include "base/text.h"
#include "connector/crm_error.h"
#include "connector/odoo.h"
#include "connector/outcomes.h"
#include "connector/payload_reader.h"

namespace leadspool::connector {
namespace {

constexpr std::string_view kKeyAdvice =
    "Odoo does not take the key that `api_key` points to; a key lasts three months at most: make a new one "
    "under "
    "Preferences > Account Security > New API Key, as the user who is to own the leads";
constexpr std::string_view kRoleAdvice =
    "the user whose key `api_key` is needs Sales > User under Settings > Users & Companies > Users";
constexpr std::string_view kFieldAdvice =
    "make the field in Odoo (Settings > Technical > Fields, or Studio), or change `mapping` or "
    "`marker_field`";
constexpr std::string_view kRecordAdvice =
    "a record that `mapping` or `constants` refers to by its number is not there (any more)";
constexpr std::string_view kAddressAdvice =
    "look whether `url` is the address of an Odoo 19 or later, `database` is the name in its database "
    "selector, and "
    "the app CRM is installed (Apps > CRM); Odoo Online has this API in Custom plans only";
constexpr std::string_view kVersionAdvice =
    "this Odoo does not know the call in this form: look whether `url` leads to version 19 or later";
constexpr std::string_view kInvalidField = "Invalid field";
constexpr std::string_view kDatabase = "psycopg";

// By the last part of the exception's name: "odoo.exceptions.AccessError".
constexpr CrmError kErrors[] = {
    {.code = kInvalidField,
     .outcome = Outcome::misconfigured,
     .concerns_every_lead = true,
     .setting = "mapping",
     .advice = kFieldAdvice},
    {.code = "AccessDenied",
     .outcome = Outcome::misconfigured,
     .concerns_every_lead = true,
     .setting = "api_key",
     .advice = kKeyAdvice},
    {.code = "401",
     .outcome = Outcome::misconfigured,
     .concerns_every_lead = true,
     .setting = "api_key",
     .advice = kKeyAdvice},
    {.code = "AccessError",
     .outcome = Outcome::misconfigured,
     .concerns_every_lead = true,
     .setting = "api_key",
     .advice = kRoleAdvice},
    // Two transactions in each other's way, or no connection to the database.
    {.code = kDatabase, .outcome = Outcome::unavailable},
    {.code = "ValidationError", .outcome = Outcome::rejected},
    {.code = "UserError", .outcome = Outcome::rejected},
    {.code = "RedirectWarning", .outcome = Outcome::rejected},
    {.code = "ValueError", .outcome = Outcome::rejected},
    {.code = "MissingError",
     .outcome = Outcome::misconfigured,
     .setting = "mapping",
     .advice = kRecordAdvice},
    {.code = "UnprocessableEntity",
     .outcome = Outcome::misconfigured,
     .concerns_every_lead = true,
     .setting = "url",
     .advice = kVersionAdvice},
    {.code = "404",
     .outcome = Outcome::misconfigured,
     .concerns_every_lead = true,
     .setting = "database",
     .advice = kAddressAdvice},
};

std::vector<std::string> codes_of(const PayloadReader& error, int status) {
  const std::string name = error.text_at({"name"});
  std::vector<std::string> codes{name.substr(name.rfind('.') + 1), std::to_string(status)};
  if (name.starts_with(kDatabase)) codes.emplace_back(kDatabase);
  if (error.text_at({"message"}).starts_with(kInvalidField)) codes.emplace_back(kInvalidField);
  return codes;
}

}  // namespace

AttemptOutcome classify_odoo(const http::ClientResult& result, const LeadFields& lead, Time now) {
  const auto* answer = std::get_if<http::ClientAnswer>(&result);
  if (answer == nullptr) return outcome_of(std::get<http::ClientFailure>(result));
  const PayloadReader body(answer->body);
  if (answer->status == 200) {
    if (!trimmed(answer->body).starts_with('[') || !answer->complete) {
      return not_understood(*answer, "one of Odoo's JSON-2 API", now);
    }
    CrmAnswer read;
    read.remote_id = body.text_at({"0"});
    return outcome_of(*answer, read, lead, now);
  }
  AttemptOutcome outcome = outcome_of(*answer, read_crm_answer(answer->body), lead, now);
  const CrmError* const row = find_error(kErrors, codes_of(body, answer->status));
  if (row != nullptr) apply(*row, outcome);
  return outcome;
}

}  // namespace leadspool::connector

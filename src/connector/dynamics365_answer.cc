#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "connector/crm_answer.h"
#include "connector/crm_error.h"
#include "connector/dataverse.h"
#include "connector/dynamics365.h"
#include "connector/outcomes.h"
#include "connector/retry_after.h"

namespace leadspool::connector {
namespace {

constexpr std::string_view kColumnAdvice =
    "take it out of `mapping`, which has logical names in small letters, or make the column: Power Apps > "
    "Tables > "
    "(the table) > Columns";
constexpr std::string_view kValueAdvice =
    "a constant or a template in `mapping` gives a value that the column does not take";
constexpr std::string_view kUserAdvice =
    "the app of `client_id` is to be an application user of this environment: Power Platform admin center > "
    "Environments > (the environment) > Settings > Users + permissions > Application users > New app user; "
    "and "
    "`url` is to be this environment's";
constexpr std::string_view kRoleAdvice =
    "the application user of `client_id` needs a security role that may create rows of this table: Power "
    "Platform "
    "admin center > Environments > (the environment) > Settings > Users + permissions > Application users > "
    "(the "
    "app) > Edit security roles";
constexpr std::string_view kAddressAdvice =
    "`url` is to be the environment's (Power Platform admin center > Environments > (the environment) > "
    "Environment "
    "URL), and `api_version` one that it has";

constexpr CrmError misconfigured(std::string_view code, std::string_view setting, std::string_view advice) {
  return {.code = code,
          .outcome = Outcome::misconfigured,
          .concerns_every_lead = true,
          .setting = setting,
          .advice = advice};
}

// As misconfigured(), but what is wrong may lie in what one lead brings into a template.
constexpr CrmError perhaps_misconfigured(std::string_view code, std::string_view advice) {
  return {.code = code, .outcome = Outcome::misconfigured, .setting = "mapping", .advice = advice};
}

constexpr CrmError rejected(std::string_view code, std::string_view advice = {}) {
  return {.code = code, .outcome = Outcome::rejected, .advice = advice};
}

constexpr CrmError unavailable(std::string_view code) {
  return {.code = code, .outcome = Outcome::unavailable};
}

// By the code of the error, by words of its message (those with a blank), and last by the status. Microsoft:
// "Web service error codes", "Service protection API limits", "Manage duplicate detection for create and
// update".
constexpr CrmError kErrors[] = {
    rejected(
        "0x80040333",
        "a duplicate detection rule or a plug-in has found that person: Power Platform admin center > (the "
        "environment) > Settings > Data management > Duplicate detection rules"),
    rejected("0x80060892", "another row has the same alternate key"),
    // Another request of ours has the same row under way: its answer was lost.
    {.code = "0x80040237", .outcome = Outcome::unavailable, .counts_against_budget = true},
    unavailable("0x80072322"),
    unavailable("0x80072321"),
    unavailable("0x80072326"),
    unavailable("-2147015902"),
    unavailable("-2147015903"),
    unavailable("-2147015898"),
    misconfigured("0x80072560", "client_id", kUserAdvice),
    misconfigured("is missing prvcreate", "client_id", kRoleAdvice),
    perhaps_misconfigured(
        "is missing prv",
        "the security role of the application user lacks it, or `mapping` sets what it should "
        "not"),
    misconfigured("does not exist on type", "mapping", kColumnAdvice),
    misconfigured("an undeclared property", "mapping", kColumnAdvice),
    misconfigured("could not find a property", "mapping", kColumnAdvice),
    misconfigured("invalid property ", "mapping", kColumnAdvice),
    misconfigured(
        "resource not found for the segment", "entity",
        "`entity` is to be the name of the entity set, in most cases the plural of the table's logical "
        "name: Power Apps > Tables > (the table) > Tools > Copy set name"),
    perhaps_misconfigured("outside the valid range", kValueAdvice),
    perhaps_misconfigured("cannot convert ", kValueAdvice),
    perhaps_misconfigured("0x80040217", "a lookup in `mapping` leads to a row that does not exist"),
    rejected(
        "0x80044331",
        "the column is shorter here than the standard one: give its length in `limits`, and the text is cut"),
    rejected("0x80040265", "a plug-in has refused it"),
    misconfigured("401", "client_id", kUserAdvice),
    misconfigured("404", "url", kAddressAdvice),
};

// What of the table an answer shows.
std::vector<std::string> codes_of(const DataverseError& error, int status) {
  std::vector<std::string> codes{error.code, std::to_string(status)};
  const std::string words = to_lower(error.message);
  for (const CrmError& row : kErrors) {
    const bool is_phrase = row.code.find(' ') != std::string_view::npos;
    if (is_phrase && words.find(row.code) != std::string::npos) codes.emplace_back(row.code);
  }
  return codes;
}

// The column that a message is about, as it stands there in quotes.
std::string column_in(std::string_view message) {
  for (const std::string_view before :
       {"length of the '", " of '", "property '", "property named '", "attribute '"}) {
    const auto at = message.find(before);
    if (at == std::string_view::npos) continue;
    const auto name = message.substr(at + before.size());
    const auto close = name.find('\'');
    if (close != std::string_view::npos) return std::string(name.substr(0, close));
  }
  return {};
}

CrmAnswer read_answer(const http::ClientAnswer& answer, const DataverseError& error) {
  if (error.message.empty()) return read_crm_answer(answer.body);
  return tidied(error.message, column_in(error.message));
}

AttemptOutcome classify_answer(const http::ClientAnswer& answer, const LeadFields& lead, Time now) {
  const DataverseError error = read_dataverse_error(answer.body);
  const bool is_success = 200 <= answer.status && answer.status <= 299;
  if (is_success && answer.status != 204 && answer.status != 201) {
    return not_understood(answer, "one of the Web API of Dataverse", now);
  }
  AttemptOutcome outcome = outcome_of(answer, read_answer(answer, error), lead, now);
  if (is_success) return outcome;
  const CrmError* const row = find_error(kErrors, codes_of(error, answer.status));
  constexpr int kPreconditionFailed = 412;
  const bool is_refusal = row != nullptr && row->outcome == Outcome::rejected;
  if (answer.status == kPreconditionFailed && !is_refusal) {
    turn_into(Outcome::delivered, outcome);
    outcome.detail += " (it was there already, under this lead's id)";
    return outcome;
  }
  if (row != nullptr) {
    apply(*row, outcome);
    const bool is_misconfigured = outcome.outcome == Outcome::misconfigured;
    outcome.may_be_the_leads_own = is_misconfigured && !row->concerns_every_lead;
  } else if (outcome.outcome == Outcome::rejected && !error.code.empty()) {
    turn_into(Outcome::rejected, outcome);  // a gateway has no such codes, so we were let in
  }
  if (outcome.outcome == Outcome::unavailable && !outcome.retry_after) {
    outcome.retry_after = parse_retry_after(http::find_header(answer.headers, "Retry-After"), now);
  }
  return outcome;
}

}  // namespace

AttemptOutcome classify_dynamics365(const http::ClientResult& result, const LeadFields& lead, Time now) {
  if (const auto* answer = std::get_if<http::ClientAnswer>(&result))
    return classify_answer(*answer, lead, now);
  return outcome_of(std::get<http::ClientFailure>(result));
}

}  // namespace leadspool::connector

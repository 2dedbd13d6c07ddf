#include <string>
#include <vector>

#include "connector/crm_answer.h"
#include "connector/crm_error.h"
#include "connector/dataverse.h"
#include "connector/dynamics365.h"
#include "connector/outcomes.h"

namespace leadspool::connector {
namespace {

constexpr std::string_view kColumnAdvice =
    "take it out of `mapping` or `constants`, which have logical names in small letters, or make the column: "
    "Power Apps > "
    "Tables > (the table) > Columns";
constexpr std::string_view kValueAdvice =
    "a constant or a template in `mapping` gives a value that the column does not take";
constexpr std::string_view kUserAdvice =
    "the app of `client_id` is to be an application user of this environment: Power Platform admin center > "
    "Environments > (the environment) > Settings > Users + permissions > Application users > New app user; "
    "and `url` is to be this environment's";
constexpr std::string_view kRoleAdvice =
    "the application user of `client_id` needs a security role that may create rows of this table: Power "
    "Platform admin center > Environments > (the environment) > Settings > Users + permissions > Application "
    "users > (the app) > Edit security roles";
constexpr std::string_view kAddressAdvice =
    "`url` is to be the environment's (Power Platform admin center > Environments > (the environment) > "
    "Environment URL), and `api_version` one that it has";

constexpr CrmError kNoSuchVersion =
    misconfigured("", "`api_version` is to be one that the environment has: most have \"v9.2\"");

constexpr std::string_view kSameRow = "0x80040237";

// By the code of the error, by words of its message (those with a blank), and last by the status. Microsoft:
// "Web service error codes", "Service protection API limits", "Manage duplicate detection for create and
// update".
constexpr CrmError kErrors[] = {
    rejected("0x80040333",
             "a duplicate detection rule or a plug-in has found that person: Power Platform admin center > "
             "(the environment) > Settings > Data management > Duplicate detection rules"),
    rejected("0x80060892", "another row has the same alternate key"),
    // Another request of ours has the same row under way: its answer was lost.
    unavailable_and_counted(kSameRow),
    unavailable("0x80072322"),
    unavailable("0x80072321"),
    unavailable("0x80072326"),
    unavailable("-2147015902"),
    unavailable("-2147015903"),
    unavailable("-2147015898"),
    misconfigured("0x80072560", kUserAdvice),
    misconfigured("is missing prvcreate", kRoleAdvice),
    perhaps_misconfigured(
        "is missing prv",
        "the security role of the application user lacks it, or `mapping` sets what it should not"),
    misconfigured("does not exist on type", kColumnAdvice),
    misconfigured("an undeclared property", kColumnAdvice),
    misconfigured("could not find a property", kColumnAdvice),
    misconfigured("invalid property ", kColumnAdvice),
    misconfigured("resource not found for the segment",
                  "`entity` is to be the name of the entity set, in most cases the plural of the table's "
                  "logical name: Power Apps > Tables > (the table) > Tools > Copy set name"),
    perhaps_misconfigured("outside the valid range", kValueAdvice),
    perhaps_misconfigured("cannot convert ", kValueAdvice),
    perhaps_misconfigured("0x80040217", "a lookup in `mapping` leads to a row that does not exist"),
    rejected(
        "0x80044331",
        "the column is shorter here than the standard one: give its length in `limits`, and the text is cut"),
    rejected("0x80040265", "a plug-in has refused it"),
    misconfigured("401", kUserAdvice),
    misconfigured("404", kAddressAdvice),
};

// A version of the API has a full stop in it, the name of an entity set never.
bool is_about_version(std::string_view message) {
  constexpr std::string_view kBefore = "for the segment '";
  const auto at = message.find(kBefore);
  if (at == std::string_view::npos) return false;
  const auto segment = message.substr(at + kBefore.size());
  return segment.starts_with('v') &&
         segment.substr(0, segment.find('\'')).find('.') != std::string_view::npos;
}

const CrmError* find_row(const http::ClientAnswer& answer, const DataverseError& error) {
  if (is_about_version(error.message)) return &kNoSuchVersion;
  return find_error(kErrors, {error.code, std::to_string(answer.status)}, error.message);
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

// Whether the Web API itself has answered, and no proxy on the way to it: it names its version always.
bool is_of_web_api(const http::ClientAnswer& answer, const DataverseError& error) {
  return !error.message.empty() || !http::find_header(answer.headers, "OData-Version").empty();
}

// 412: the row is there already, unless it was something else that the row met.
bool is_there_already(const http::ClientAnswer& answer, const CrmError* row) {
  constexpr int kPreconditionFailed = 412;
  return answer.status == kPreconditionFailed && (row == nullptr || row->code == kSameRow);
}

AttemptOutcome classify_answer(const http::ClientAnswer& answer, const LeadFields& lead, Time now) {
  const DataverseError error = read_dataverse_error(answer.body);
  const CrmError* const row = find_row(answer, error);
  const bool is_success = 200 <= answer.status && answer.status <= 299;
  const bool is_created = answer.status == 204 || answer.status == 201;
  const bool has_row = is_created || is_there_already(answer, row);
  if ((is_success && !is_created) || (has_row && !is_of_web_api(answer, error))) {
    return not_understood(answer, "one of the Web API of Dataverse", now);
  }
  AttemptOutcome outcome = outcome_of(answer, read_answer(answer, error), lead, now);
  if (is_created) return outcome;
  if (has_row) {
    turn_into(Outcome::delivered, outcome);
    outcome.detail += " (it was there already, under this lead's id)";
  } else if (row != nullptr) {
    apply(*row, answer, now, outcome);
  } else if (error.message.empty()) {
    suspect_gateway(outcome);
  } else {
    outcome.shows_access = outcome.outcome == Outcome::rejected;
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

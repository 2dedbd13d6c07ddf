// What the answers of Azure Table storage mean.
#include "connector/azure_table.h"
#include "connector/crm_error.h"
#include "connector/outcomes.h"
#include "connector/payload_reader.h"

namespace leadspool::connector {
namespace {

constexpr std::string_view kRefusedAdvice =
    "the signature is refused: it has expired, or the key it was made with was rotated; make a new one under "
    "Azure "
    "portal > Storage accounts > (the account) > Security + networking > Shared access signature (or Access "
    "keys) and "
    "put it where `sas` (or `account_key`) points to; with a key, look at `account_name` and at this "
    "machine's clock";
constexpr std::string_view kPermissionAdvice =
    "the signature that `sas` points to does not allow this: it needs the service Table, the resource type "
    "Object and "
    "the permission Add (Azure portal > Storage accounts > (the account) > Security + networking > Shared "
    "access "
    "signature)";
constexpr std::string_view kKeysOffAdvice =
    "the account takes no account keys: allow them under Azure portal > Storage accounts > (the account) > "
    "Settings "
    "> Configuration > Allow storage account key access";
constexpr std::string_view kNetworkAdvice =
    "look which networks are let in under Azure portal > Storage accounts > (the account) > Security + "
    "networking > "
    "Networking, and at the permissions of `sas`";
constexpr std::string_view kTableAdvice =
    "`table` is the name of no table there: make it under Azure portal > Storage accounts > (the account) > "
    "Data "
    "storage > Tables, and look whether `url` is the account's Table service "
    "(https://ACCOUNT.table.core.windows.net)";
constexpr std::string_view kColumnAdvice =
    "a column's name is made of letters, digits and _ and is at most 255 long, and there are at most 252: "
    "change "
    "`mapping`";

constexpr CrmError misconfigured(std::string_view code, std::string_view setting, std::string_view advice) {
  return {.code = code,
          .outcome = Outcome::misconfigured,
          .concerns_every_lead = true,
          .setting = setting,
          .advice = advice};
}

constexpr CrmError kErrors[] = {
    {.code = "EntityAlreadyExists", .outcome = Outcome::delivered},
    misconfigured("AuthenticationFailed", "sas", kRefusedAdvice),
    misconfigured("InvalidAuthenticationInfo", "account_key", kRefusedAdvice),
    misconfigured("NoAuthenticationInformation", "sas", kRefusedAdvice),
    misconfigured("AuthorizationPermissionMismatch", "sas", kPermissionAdvice),
    misconfigured("AuthorizationServiceMismatch", "sas", kPermissionAdvice),
    misconfigured("AuthorizationResourceTypeMismatch", "sas", kPermissionAdvice),
    misconfigured("InsufficientAccountPermissions", "sas", kPermissionAdvice),
    misconfigured("AuthorizationProtocolMismatch", "sas", kPermissionAdvice),
    misconfigured("AuthorizationSourceIPMismatch", "sas", kNetworkAdvice),
    misconfigured("AuthorizationFailure", "sas", kNetworkAdvice),
    misconfigured("KeyBasedAuthenticationNotPermitted", "account_key", kKeysOffAdvice),
    misconfigured("AccountIsDisabled", "url", "the storage account is disabled"),
    misconfigured("TableNotFound", "table", kTableAdvice),
    misconfigured("TableBeingDeleted", "table", kTableAdvice),
    misconfigured("ResourceNotFound", "table", kTableAdvice),
    misconfigured("InvalidResourceName", "table", kTableAdvice),
    misconfigured("PropertyNameInvalid", "mapping", kColumnAdvice),
    misconfigured("PropertyNameTooLong", "mapping", kColumnAdvice),
    misconfigured("TooManyProperties", "mapping", kColumnAdvice),
    misconfigured("DuplicatePropertiesSpecified", "mapping", kColumnAdvice),
    {.code = "PropertyValueTooLarge", .outcome = Outcome::rejected},
    {.code = "EntityTooLarge", .outcome = Outcome::rejected},
    {.code = "RequestBodyTooLarge", .outcome = Outcome::rejected},
    {.code = "InvalidValueType", .outcome = Outcome::rejected},
    {.code = "InvalidInput", .outcome = Outcome::rejected},
    {.code = "ServerBusy", .outcome = Outcome::unavailable},
    {.code = "OperationTimedOut", .outcome = Outcome::unavailable},
    {.code = "InternalError", .outcome = Outcome::unavailable, .counts_against_budget = true},
    misconfigured("404", "table", kTableAdvice),
};

// Its words end with the number and time of the request, which are of no use to anybody here.
CrmAnswer read_answer(const std::string& body) {
  CrmAnswer read = read_crm_answer(body);
  read.words = read.words.substr(0, read.words.find(" RequestId:"));
  return read;
}

}  // namespace

std::string azure_error_code(const http::ClientAnswer& answer) {
  const auto in_header = http::find_header(answer.headers, "x-ms-error-code");
  return in_header.empty() ? PayloadReader(answer.body).text_at({"odata.error", "code"})
                           : std::string(in_header);
}

AttemptOutcome classify_azure_table(const http::ClientResult& result, const LeadFields& lead, Time now) {
  const auto* answer = std::get_if<http::ClientAnswer>(&result);
  if (answer == nullptr) return outcome_of(std::get<http::ClientFailure>(result));
  AttemptOutcome outcome = outcome_of(*answer, read_answer(answer->body), lead, now);
  if (outcome.outcome == Outcome::delivered) return outcome;
  const std::vector<std::string> codes{azure_error_code(*answer), std::to_string(answer->status)};
  if (const CrmError* const row = find_error(kErrors, codes)) apply(*row, outcome);
  return outcome;
}

}  // namespace leadspool::connector

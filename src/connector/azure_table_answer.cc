// What the answers of Azure Table storage mean.
#include "connector/azure_table.h"
#include "connector/crm_error.h"
#include "connector/outcomes.h"
#include "connector/payload_reader.h"

namespace leadspool::connector {
namespace {

constexpr std::string_view kRefusedAdvice =
    "the signature is refused: it has expired, or the key it was made with was rotated; make a new one under "
    "Azure portal > Storage accounts > (the account) > Security + networking > Shared access signature (or "
    "Access keys) and put it where `sas` (or `account_key`) points to; with a key, look at `account_name` "
    "and at this machine's clock";
constexpr std::string_view kPermissionAdvice =
    "the signature that `sas` points to does not allow this: it needs the service Table, the resource type "
    "Object and the permission Add (Azure portal > Storage accounts > (the account) > Security + networking "
    "> Shared access signature)";
constexpr std::string_view kKeysOffAdvice =
    "the account takes no account keys: allow them under Azure portal > Storage accounts > (the account) > "
    "Settings > Configuration > Allow storage account key access";
constexpr std::string_view kNetworkAdvice =
    "look which networks are let in under Azure portal > Storage accounts > (the account) > Security + "
    "networking > Networking, and at the permissions of `sas`";
constexpr std::string_view kTableAdvice =
    "`table` is the name of no table there: make it under Azure portal > Storage accounts > (the account) > "
    "Data storage > Tables, and look whether `url` is the account's Table service "
    "(https://ACCOUNT.table.core.windows.net)";
constexpr std::string_view kColumnAdvice =
    "a column's name is made of letters, digits and _ and is at most 255 long, and there are at most 252: "
    "change `mapping` or `constants`";

constexpr CrmError kErrors[] = {
    {.code = "EntityAlreadyExists", .outcome = Outcome::delivered},
    misconfigured("AuthenticationFailed", kRefusedAdvice),
    misconfigured("InvalidAuthenticationInfo", kRefusedAdvice),
    misconfigured("NoAuthenticationInformation", kRefusedAdvice),
    misconfigured("AuthorizationPermissionMismatch", kPermissionAdvice),
    misconfigured("AuthorizationServiceMismatch", kPermissionAdvice),
    misconfigured("AuthorizationResourceTypeMismatch", kPermissionAdvice),
    misconfigured("InsufficientAccountPermissions", kPermissionAdvice),
    misconfigured("AuthorizationProtocolMismatch", kPermissionAdvice),
    misconfigured("AuthorizationSourceIPMismatch", kNetworkAdvice),
    misconfigured("AuthorizationFailure", kNetworkAdvice),
    misconfigured("KeyBasedAuthenticationNotPermitted", kKeysOffAdvice),
    misconfigured("AccountIsDisabled", "the storage account is disabled"),
    misconfigured("TableNotFound", kTableAdvice),
    misconfigured("TableBeingDeleted", kTableAdvice),
    misconfigured("ResourceNotFound", kTableAdvice),
    misconfigured("InvalidResourceName", kTableAdvice),
    misconfigured("PropertyNameInvalid", kColumnAdvice),
    misconfigured("PropertyNameTooLong", kColumnAdvice),
    misconfigured("TooManyProperties", kColumnAdvice),
    misconfigured("DuplicatePropertiesSpecified", kColumnAdvice),
    rejected("PropertyValueTooLarge"),
    rejected("EntityTooLarge"),
    rejected("RequestBodyTooLarge"),
    rejected("InvalidValueType"),
    rejected("InvalidInput"),
    unavailable("ServerBusy"),
    unavailable("OperationTimedOut"),
    unavailable_and_counted("InternalError"),
    misconfigured("404", kTableAdvice),
};

// Its words end with the number and time of the request, which are of no use to anybody here.
CrmAnswer read_answer(const std::string& body) {
  CrmAnswer read = read_crm_answer(body);
  read.words = read.words.substr(0, read.words.find(" RequestId:"));
  return read;
}

// Whether the storage itself says so, and no proxy on the way to it.
bool is_inserted(const http::ClientAnswer& answer) {
  const bool is_its_own = !http::find_header(answer.headers, "x-ms-request-id").empty() ||
                          !http::find_header(answer.headers, "Preference-Applied").empty();
  return (answer.status == 204 || answer.status == 201) && is_its_own;
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
  if (200 <= answer->status && answer->status <= 299 && !is_inserted(*answer)) {
    return not_understood(*answer, "one of Azure Table storage", now);
  }
  AttemptOutcome outcome = outcome_of(*answer, read_answer(answer->body), lead, now);
  if (outcome.outcome == Outcome::delivered) return outcome;
  const std::string code = azure_error_code(*answer);
  if (const CrmError* const row = find_error(kErrors, {code, std::to_string(answer->status)})) {
    apply(*row, *answer, now, outcome);
  } else if (code.empty()) {
    suspect_gateway(outcome);
  }
  return outcome;
}

}  // namespace leadspool::connector

// What Marketo's answers mean: HTTP 200 for all, and codes within.
#include "connector/cause.h"
#include "connector/crm_error.h"
#include "connector/marketo.h"
#include "connector/outcomes.h"
#include "connector/payload_reader.h"

namespace leadspool::connector {
namespace {

using std::chrono::seconds;

constexpr std::string_view kTokenAdvice =
    "Marketo refuses the token that it has just given: look whether `client_id` and `client_secret` are of a "
    "service "
    "under Admin > Integration > LaunchPoint > (the service) > View Details, and `url` of the same instance";
constexpr std::string_view kRoleAdvice =
    "the role of the API-only user behind `client_id` needs Access API > Read-Write Person (Admin > Users & "
    "Roles > "
    "Roles); or the addresses that may use the API are limited (Admin > Web Services > IP Restrictions)";
constexpr std::string_view kFieldAdvice =
    "make the field under Admin > Field Management (the name is the one of Export Field Names for the REST "
    "API), or "
    "take it out of `mapping`";
constexpr std::string_view kPathAdvice =
    "look whether `url` is the REST endpoint without /rest (Admin > Web Services > REST API > Endpoint)";
constexpr std::string_view kQuotaAdvice =
    "the quota of the day is used up until 00:00 CST; it stands under Admin > Web Services > API Call "
    "Information";
constexpr std::string_view kPartitionAdvice =
    "the API-only user behind `client_id` needs a role in the workspace of that partition (Admin > Users & "
    "Roles)";
constexpr std::string_view kLookupAdvice =
    "`lookup_field` is none that Marketo finds people by: most use \"email\"";
constexpr std::string_view kProtocolAdvice =
    "look whether `url` leads to Marketo's REST API without a proxy that changes "
    "requests";

// Codes of the whole request have three digits, those of one record four.
constexpr CrmError kErrors[] = {
    {.code = "600",
     .outcome = Outcome::misconfigured,
     .concerns_every_lead = true,
     .setting = "client_secret",
     .advice = kTokenAdvice},
    {.code = "601",
     .outcome = Outcome::misconfigured,
     .concerns_every_lead = true,
     .setting = "client_secret",
     .advice = kTokenAdvice},
    {.code = "602",
     .outcome = Outcome::misconfigured,
     .concerns_every_lead = true,
     .setting = "client_secret",
     .advice = kTokenAdvice},
    {.code = "603",
     .outcome = Outcome::misconfigured,
     .concerns_every_lead = true,
     .setting = "client_id",
     .advice = kRoleAdvice},
    {.code = "500", .outcome = Outcome::unavailable, .counts_against_budget = true},
    {.code = "502", .outcome = Outcome::unavailable, .counts_against_budget = true},
    {.code = "604", .outcome = Outcome::unavailable, .counts_against_budget = true},
    {.code = "611", .outcome = Outcome::unavailable, .counts_against_budget = true},
    {.code = "606", .outcome = Outcome::unavailable, .retry_after = seconds{20}},
    {.code = "607", .outcome = Outcome::unavailable, .retry_after = seconds{3600}, .advice = kQuotaAdvice},
    {.code = "608", .outcome = Outcome::unavailable, .retry_after = seconds{60}},
    {.code = "614", .outcome = Outcome::unavailable, .retry_after = seconds{60}},
    {.code = "615", .outcome = Outcome::unavailable, .retry_after = seconds{5}},
    {.code = "713", .outcome = Outcome::unavailable, .retry_after = seconds{60}},
    {.code = "719", .outcome = Outcome::unavailable, .retry_after = seconds{60}},
    {.code = "605",
     .outcome = Outcome::misconfigured,
     .concerns_every_lead = true,
     .setting = "url",
     .advice = kProtocolAdvice},
    {.code = "609", .outcome = Outcome::misconfigured, .setting = "url", .advice = kProtocolAdvice},
    {.code = "610",
     .outcome = Outcome::misconfigured,
     .concerns_every_lead = true,
     .setting = "url",
     .advice = kPathAdvice},
    {.code = "612",
     .outcome = Outcome::misconfigured,
     .concerns_every_lead = true,
     .setting = "url",
     .advice = kProtocolAdvice},
    // Of a field that must not be empty, or is no date.
    {.code = "701", .outcome = Outcome::rejected},
    {.code = "704", .outcome = Outcome::rejected},
    {.code = "1006",
     .outcome = Outcome::misconfigured,
     .concerns_every_lead = true,
     .setting = "mapping",
     .advice = kFieldAdvice},
    {.code = "1008", .outcome = Outcome::misconfigured, .setting = "client_id", .advice = kPartitionAdvice},
    {.code = "1009", .outcome = Outcome::misconfigured, .setting = "client_id", .advice = kPartitionAdvice},
    {.code = "1011",
     .outcome = Outcome::misconfigured,
     .concerns_every_lead = true,
     .setting = "lookup_field",
     .advice = kLookupAdvice},
};
constexpr CrmError kOtherOfRequest{.code = "", .outcome = Outcome::misconfigured};
constexpr CrmError kOtherOfRecord{.code = "", .outcome = Outcome::rejected};

AttemptOutcome error_of(const http::ClientAnswer& answer, const std::string& code, const std::string& words,
                        const LeadFields& lead, Time now) {
  const CrmAnswer read = tidied(words, {});
  AttemptOutcome outcome = error_within(answer, read, lead, now);
  outcome.detail = "Marketo answered " + code + ": " + read.words;
  outcome.cause = "Marketo " + code + ": " + normalise_cause(read.words, lead);
  const CrmError* const row = find_error(kErrors, {code});
  const bool is_of_record = code.size() > 3;
  apply(row != nullptr ? *row : is_of_record ? kOtherOfRecord : kOtherOfRequest, outcome);
  return outcome;
}

AttemptOutcome classify_success(const http::ClientAnswer& answer, const LeadFields& lead, Time now) {
  const PayloadReader body(answer.body);
  if (const std::string code = body.text_at({"errors", "0", "code"}); !code.empty()) {
    return error_of(answer, code, body.text_at({"errors", "0", "message"}), lead, now);
  }
  if (const std::string code = body.text_at({"result", "0", "reasons", "0", "code"}); !code.empty()) {
    return error_of(answer, code, body.text_at({"result", "0", "reasons", "0", "message"}), lead, now);
  }
  const std::string done = body.text_at({"result", "0", "status"});
  if (done != "created" && done != "updated") return not_understood(answer, "one of Marketo's", now);
  CrmAnswer read;
  read.remote_id = body.text_at({"result", "0", "id"});
  return outcome_of(answer, read, lead, now);
}

}  // namespace

AttemptOutcome classify_marketo(const http::ClientResult& result, const LeadFields& lead, Time now) {
  const auto* answer = std::get_if<http::ClientAnswer>(&result);
  if (answer == nullptr) return outcome_of(std::get<http::ClientFailure>(result));
  if (answer->status == 200) return classify_success(*answer, lead, now);
  return outcome_of(*answer, read_crm_answer(answer->body), lead, now);
}

}  // namespace leadspool::connector

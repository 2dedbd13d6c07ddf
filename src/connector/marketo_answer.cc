// What Marketo's answers mean: HTTP 200 for all, and codes within.
#include <algorithm>

#include "connector/cause.h"
#include "connector/crm_answer.h"
#include "connector/crm_error.h"
#include "connector/marketo.h"
#include "connector/outcomes.h"
#include "connector/payload_reader.h"

namespace leadspool::connector {
namespace {

using std::chrono::seconds;

constexpr std::string_view kTokenAdvice =
    "Marketo refuses the token that it has just given: look whether `client_id` and `client_secret` are of a "
    "service under Admin > Integration > LaunchPoint > (the service) > View Details, and `url` of the same "
    "instance";
constexpr std::string_view kRoleAdvice =
    "the role of the API-only user behind `client_id` needs Access API > Read-Write Person (Admin > Users & "
    "Roles > Roles); or the addresses that may use the API are limited (Admin > Web Services > IP "
    "Restrictions)";
constexpr std::string_view kFieldAdvice =
    "make the field under Admin > Field Management (the name is the one of Export Field Names for the REST "
    "API), or take it out of `mapping` or `constants`";
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
    "look whether `url` leads to Marketo's REST API without a proxy that changes requests";

// Codes of the whole request have three digits, those of one record four.
constexpr CrmError kErrors[] = {
    misconfigured("600", kTokenAdvice),
    misconfigured("601", kTokenAdvice),
    misconfigured("602", kTokenAdvice),
    misconfigured("603", kRoleAdvice),
    unavailable_and_counted("500"),
    unavailable_and_counted("502"),
    unavailable_and_counted("604"),
    unavailable_and_counted("611"),
    unavailable("606", seconds{20}),
    unavailable("607", seconds{3600}, kQuotaAdvice),
    unavailable("608", seconds{60}),
    unavailable("614", seconds{60}),
    unavailable("615", seconds{5}),
    unavailable("713", seconds{60}),
    unavailable("719", seconds{60}),
    misconfigured("605", kProtocolAdvice),
    perhaps_misconfigured("609", kProtocolAdvice),
    misconfigured("610", kPathAdvice),
    misconfigured("612", kProtocolAdvice),
    // Of a field that must not be empty, or is no date.
    rejected("701"),
    rejected("704"),
    misconfigured("1006", kFieldAdvice),
    perhaps_misconfigured("1008", kPartitionAdvice),
    perhaps_misconfigured("1009", kPartitionAdvice),
    misconfigured("1011", kLookupAdvice),
};
constexpr CrmError kOtherOfRequest = perhaps_misconfigured("", "");
constexpr CrmError kOtherOfRecord = rejected("");

AttemptOutcome error_of(const http::ClientAnswer& answer, const std::string& code, const std::string& words,
                        const LeadFields& lead, Time now) {
  const CrmAnswer read = tidied(words, {});
  AttemptOutcome outcome = error_within(answer, read, lead, now);
  outcome.detail = "Marketo answered " + code + ": " + read.words;
  outcome.cause = "Marketo " + code + ": " + normalise_cause(read.words, lead);
  const CrmError* const row = find_error(kErrors, {code});
  const bool is_of_record = code.size() > 3;
  apply(row != nullptr ? *row : is_of_record ? kOtherOfRecord : kOtherOfRequest, answer, now, outcome);
  return outcome;
}

// Marketo's codes are of digits alone.
bool is_code(const std::string& text) {
  constexpr std::size_t kLongest = 5;
  return text.size() <= kLongest && std::ranges::all_of(text, [](char c) { return '0' <= c && c <= '9'; });
}

AttemptOutcome classify_success(const http::ClientAnswer& answer, const LeadFields& lead, Time now) {
  const PayloadReader body(answer.body);
  std::string code = body.text_at({"errors", "0", "code"});
  std::string words = body.text_at({"errors", "0", "message"});
  if (code.empty()) {
    code = body.text_at({"result", "0", "reasons", "0", "code"});
    words = body.text_at({"result", "0", "reasons", "0", "message"});
  }
  if (!code.empty() && is_code(code)) return error_of(answer, code, words, lead, now);
  const std::string done = body.text_at({"result", "0", "status"});
  if (!code.empty() || (done != "created" && done != "updated"))
    return not_understood(answer, "one of Marketo's", now);
  CrmAnswer read;
  read.remote_id = remote_id_at(answer.body, "/result/0/id");
  return outcome_of(answer, read, lead, now);
}

}  // namespace

AttemptOutcome classify_marketo(const http::ClientResult& result, const LeadFields& lead, Time now) {
  const auto* answer = std::get_if<http::ClientAnswer>(&result);
  if (answer == nullptr) return outcome_of(std::get<http::ClientFailure>(result));
  if (200 <= answer->status && answer->status <= 299) return classify_success(*answer, lead, now);
  AttemptOutcome outcome = outcome_of(*answer, read_crm_answer(answer->body), lead, now);
  // Marketo itself refuses by status only what is too long.
  if (answer->status != 413 && answer->status != 414) suspect_gateway(outcome);
  return outcome;
}

}  // namespace leadspool::connector

// What HubSpot's answers mean.
#include <algorithm>
#include <utility>

#include "connector/crm_answer.h"
#include "connector/crm_error.h"
#include "connector/hubspot.h"
#include "connector/outcomes.h"
#include "connector/payload_reader.h"

namespace leadspool::connector {
namespace {

using std::chrono::seconds;

constexpr std::string_view kTokenAdvice =
    "the token is not valid (any more): copy it from HubSpot > Development > Keys > Service keys (of a "
    "private app: from its Auth), and put it where `token` points to";
constexpr std::string_view kScopeAdvice =
    "the key that `token` points to needs the scope crm.objects.contacts.write: tick it in HubSpot > "
    "Development > Keys > Service keys > (the key) > Scopes (of a private app: in its Scopes)";
constexpr std::string_view kPropertyAdvice =
    "make the property in HubSpot > Settings > Properties > Contact properties, or take it out of `mapping` "
    "or `constants`";
constexpr std::string_view kOptionAdvice =
    "a constant or a template in `mapping` gives a value that is none of the property's options: HubSpot > "
    "Settings > Properties > Contact properties";
constexpr std::string_view kPathAdvice =
    "look whether `path_prefix` names the object (/crm/v3/objects/contacts) and `url` is that of the API "
    "(https://api.hubapi.com)";
constexpr std::string_view kKeyAdvice =
    "`id_property` is to be a property that was made with \"Require unique values for this property\": "
    "HubSpot > Settings > Properties > Contact properties";

constexpr CrmError kErrors[] = {
    misconfigured("PROPERTY_DOESNT_EXIST", kPropertyAdvice),
    misconfigured("READ_ONLY_VALUE",
                  "HubSpot fills this property itself: take it out of `mapping` or `constants`"),
    misconfigured("unable to infer object type", kPathAdvice),
    misconfigured("update/upsert by non-unique", kKeyAdvice),
    misconfigured("MISSING_SCOPES", kScopeAdvice),
    misconfigured("INVALID_AUTHENTICATION", kTokenAdvice),
    misconfigured("EXPIRED_AUTHENTICATION", kTokenAdvice),
    unavailable("DAILY", seconds{3600}),
    unavailable("TEN_SECONDLY_ROLLING", seconds{10}),
    unavailable("SECONDLY", seconds{1}),
    unavailable("RATE_LIMIT", seconds{10}),
    unavailable("RATE_LIMITS", seconds{10}),
    // The contact that was to be updated was deleted meanwhile: the next try makes it anew.
    unavailable_and_counted("OBJECT_NOT_FOUND"),
    perhaps_misconfigured("INVALID_OPTION", kOptionAdvice),
    rejected("VALIDATION_ERROR"),
    rejected("CONFLICT"),
    misconfigured("401", kTokenAdvice),
    misconfigured("404", kPathAdvice),
    unavailable("423", seconds{2}),
    unavailable("477"),
};

// What HubSpot found fault with, one of perhaps several.
struct Reason {
  std::string code;
  std::string words;
  std::string field;
};

// An answer is never trusted, and may have any number of them.
constexpr std::size_t kMostReasons = 20;

// HubSpot puts its findings as JSON behind the words: `Property values were not valid: [{"error": "..."}]`.
void add_reasons(Reason reason, std::vector<Reason>& reasons) {
  const auto list = reason.words.find("[{");
  if (list == std::string::npos) return reasons.push_back(std::move(reason));
  const std::string findings = reason.words.substr(list);
  const PayloadReader reader(findings);
  const std::size_t count = std::min(reader.length_at({}), kMostReasons);
  if (count == 0) return reasons.push_back(std::move(reason));
  for (std::size_t i = 0; i < count; ++i) {
    const auto text = [&](const char* name) { return reader.text_at({std::to_string(i), name}); };
    reasons.push_back({text("error"), text("message"), text("name")});
  }
}

// Of `errors` first, as those tell more than the error's own message. Never none.
std::vector<Reason> read_reasons(const PayloadReader& error) {
  std::vector<Reason> reasons;
  const std::size_t count = std::min(error.length_at({"errors"}), kMostReasons);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string at = std::to_string(i);
    add_reasons({error.text_at({"errors", at, "code"}), error.text_at({"errors", at, "message"}),
                 error.text_at({"errors", at, "context", "propertyName", "0"})},
                reasons);
  }
  add_reasons({{}, error.text_at({"message"}), {}}, reasons);
  return reasons;
}

struct Verdict {
  const CrmError* row;
  CrmAnswer read;  // the words of the reason that the row was found by, otherwise of the first
};

Verdict judge(const PayloadReader& error, int status) {
  const std::vector<Reason> reasons = read_reasons(error);
  std::vector<std::string> codes;
  std::string words;
  for (const Reason& reason : reasons) {
    codes.push_back(reason.code);
    words += reason.words + "\n";
  }
  for (const char* const name : {"policyName", "subCategory", "category", "errorType"}) {
    codes.push_back(error.text_at({name}));
  }
  codes.push_back(std::to_string(status));
  const CrmError* const row = find_error(kErrors, codes, words);
  const auto found = std::ranges::find_if(reasons, [&](const Reason& reason) {
    return row != nullptr && (reason.code == row->code || is_told_by(*row, reason.words));
  });
  const Reason& reason = found != reasons.end() ? *found : reasons.front();
  return {row, tidied(reason.words, reason.field)};
}

AttemptOutcome classify_answer(const http::ClientAnswer& answer, const LeadFields& lead, Time now) {
  const PayloadReader body(answer.body);
  const bool is_success = 200 <= answer.status && answer.status <= 299;
  const std::string first_error = is_success ? body.text_at({"errors", "0"}) : std::string{};
  if (is_success && first_error.empty()) {
    CrmAnswer read;
    read.remote_id = remote_id_at(answer.body, "/id");
    if (read.remote_id.empty()) read.remote_id = remote_id_at(answer.body, "/results/0/id");
    if (read.remote_id.empty()) return not_understood(answer, "one of HubSpot's CRM API", now);
    return outcome_of(answer, read, lead, now);
  }
  const PayloadReader within(first_error);
  Verdict verdict = judge(is_success ? within : body, answer.status);
  if (verdict.read.words.empty()) verdict.read = read_crm_answer(answer.body);
  AttemptOutcome outcome = is_success ? error_within(answer, verdict.read, lead, now)
                                      : outcome_of(answer, verdict.read, lead, now);
  if (verdict.row != nullptr) {
    apply(*verdict.row, answer, now, outcome);
  } else if (!is_success && body.text_at({"message"}).empty()) {
    suspect_gateway(outcome);
  }
  return outcome;
}

}  // namespace

AttemptOutcome classify_hubspot(const http::ClientResult& result, const LeadFields& lead, Time now) {
  if (const auto* answer = std::get_if<http::ClientAnswer>(&result))
    return classify_answer(*answer, lead, now);
  return outcome_of(std::get<http::ClientFailure>(result));
}

}  // namespace leadspool::connector

// What a mail server's answers mean.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "connector/cause.h"
#include "connector/crm_answer.h"
#include "connector/email.h"
#include "connector/outcomes.h"

namespace leadspool::connector {
namespace {

using http::MailStep;

constexpr int kClosing = 421;

std::string said(int status, const std::string& words) {
  const auto read = read_crm_answer(words);
  return std::to_string(status) + (read.words.empty() ? "" : " " + read.words);
}

// What was refused, and where that is configured.
struct Refused {
  MailStep step;
  std::string_view what;
  std::string_view advice;
};

constexpr std::array<Refused, 5> kRefused{{
    {MailStep::greeting, "to talk to us",
     "look at `smtp_url`, and whether the server takes mail from our address"},
    {MailStep::login, "the login", "look at `username` and `password`"},
    {MailStep::sender, "the sender", "look at `from`: the account must be allowed to send as that address"},
    {MailStep::recipients, "all recipients", "look at `to`, and whether the server wants a login for them"},
    {MailStep::mail, "the mail", ""},
}};

const Refused& row_of(MailStep step) {
  return *std::ranges::find_if(kRefused, [&](const Refused& each) { return each.step == step; });
}

// What a refusal is about by its enhanced code (RFC 3463): servers look at the sender's rights and quotas
// also when they have seen the mail, and at quotas at any time.
enum class About { mail, policy, account, quota };

struct EnhancedCode {
  std::string_view begin;
  About about;
};

// The first that fits counts.
constexpr std::array<EnhancedCode, 12> kEnhancedCodes{{
    {"5.1.90 ", About::quota},   // Exchange Online: recipients in a day
    {"5.7.232 ", About::quota},  // the same of a tenant
    {"5.7.233 ", About::quota},
    {"5.4.5 ", About::quota},  // Gmail: mails in a day
    {"5.2.3 ", About::mail},   // too long
    {"5.3.4 ", About::mail},
    {"5.1.", About::account},  // addresses
    {"5.2.", About::account},  // a mailbox that is full, or may not be sent from
    {"5.3.", About::account},  // the mail system
    {"5.4.", About::account},  // the way to it
    {"5.5.", About::account},  // commands
    {"5.7.", About::policy},   // rights of the sender, but also what a filter makes of one mail
}};

About about(std::string_view words) {
  const auto* const found = std::ranges::find_if(
      kEnhancedCodes, [&](const EnhancedCode& each) { return words.starts_with(each.begin); });
  return found != kEnhancedCodes.end() ? found->about : About::mail;
}

void judge_refused_mail(About about, AttemptOutcome& result) {
  if (about == About::mail) return turn_into(Outcome::rejected, result);
  turn_into(Outcome::misconfigured, result);
  result.may_be_the_leads_own = about == About::policy;
}

void judge(const http::ClientAnswer& answer, AttemptOutcome& result) {
  const bool is_of_mail = answer.refused_at == MailStep::mail;
  const bool is_passing = 400 <= answer.status && answer.status <= 499;
  if (is_passing || about(answer.body) == About::quota) {
    turn_into(Outcome::unavailable, result);
    // A filter that fails may fail on this mail.
    result.counts_against_budget = is_of_mail && is_passing && answer.status != kClosing;
  } else if (is_of_mail) {
    judge_refused_mail(about(answer.body), result);
  } else {
    turn_into(Outcome::misconfigured, result);
    result.concerns_every_lead = true;
  }
}

// "550 5.1.1 no such user <email>": its codes are no numbers of this mail.
std::string cause_of(const http::ClientAnswer& answer, const LeadFields& lead) {
  const std::string words = read_crm_answer(answer.body).words;
  const bool has_code = words.starts_with("4.") || words.starts_with("5.");
  const auto end_of_code = has_code ? std::min(words.find(' '), words.size()) : 0;
  const auto code = words.substr(0, end_of_code) + (has_code ? " " : "");
  return std::to_string(answer.status) + " " + code + normalise_cause(words.substr(end_of_code), lead);
}

AttemptOutcome classify_refusal(const http::ClientAnswer& answer, const LeadFields& lead) {
  const auto& refused = row_of(*answer.refused_at);
  AttemptOutcome result;
  // Less than 400 is no refusal of the server's, but the last that it said before we gave up.
  const bool is_its_own = 400 <= answer.status && answer.status <= 599;
  result.http_status = is_its_own ? answer.status : 0;
  result.answer_excerpt = excerpt(std::to_string(answer.status) + " " + answer.body);
  result.detail = "the mail server refused " + std::string(refused.what) + ": ";
  result.detail += is_its_own ? said(answer.status, answer.body) : answer.body;
  result.cause = "the mail server refused " + std::string(refused.what) + ": " +
                 (is_its_own ? cause_of(answer, lead) : answer.body);
  judge(answer, result);
  if (result.concerns_every_lead) result.detail += "; " + std::string(refused.advice);
  return result;
}

AttemptOutcome delivered(const http::ClientAnswer& answer) {
  AttemptOutcome result;
  result.outcome = Outcome::delivered;
  result.http_status = answer.status;
  result.detail = "the mail server took the mail: " + said(answer.status, answer.body);
  for (const auto& each : answer.refused_recipients) {
    result.detail += "; but not for " + each.address + ": " + said(each.status, each.words);
  }
  result.answer_excerpt = excerpt(std::to_string(answer.status) + " " + answer.body);
  return result;
}

}  // namespace

AttemptOutcome classify_email(const http::ClientResult& result, const EmailOptions& options,
                              const LeadFields& lead) {
  if (const auto* answer = std::get_if<http::ClientAnswer>(&result)) {
    return answer->refused_at ? classify_refusal(*answer, lead) : delivered(*answer);
  }
  const auto& failure = std::get<http::ClientFailure>(result);
  auto outcome = outcome_of(failure);
  if (failure.phase == http::FailurePhase::send) turn_into(Outcome::unavailable, outcome);
  if (failure.phase == http::FailurePhase::certificate) outcome.concerns_every_lead = true;
  if (outcome.outcome == Outcome::ambiguous) {
    outcome.safe_to_repeat = options.on_ambiguous == WebhookOptions::OnAmbiguous::retry;
  }
  return outcome;
}

}  // namespace leadspool::connector

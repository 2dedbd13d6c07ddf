// What the refusal of a token means, in the words of those whose screens mend it.
#include <algorithm>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "connector/auth.h"
#include "connector/cause.h"
#include "connector/crm_answer.h"
#include "connector/crm_options.h"
#include "connector/outcomes.h"
#include "connector/token_endpoint.h"

namespace leadspool::connector {
namespace {

struct Meaning {
  // The code of Microsoft Entra ID, the `error` of RFC 6749, or words of the description, in small letters.
  std::string_view sign;
  std::string_view means;
  std::string_view advice;  // names the configuration's key; empty: it will pass
};

constexpr std::string_view kNewSecret =
    "make a new one (<secrets>) and put it where `client_secret` points to";

// Microsoft: "Microsoft Entra authentication and authorization error codes". Salesforce: "OAuth Authorization
// Errors" and what its token endpoint says of the client credentials flow. The first that fits holds.
constexpr Meaning kMeanings[] = {
    {"AADSTS7000215", "the client secret is wrong",
     "copy the secret's Value, not its Secret ID (<secrets>), to where `client_secret` points to"},
    {"AADSTS7000222", "the client secret has expired", kNewSecret},
    {"AADSTS7000216", "the client secret is missing", "look at what `client_secret` points to"},
    {"AADSTS7000218", "the client secret is missing", "look at what `client_secret` points to"},
    {"AADSTS700016", "the application is not known in this tenant",
     "`client_id` is to be the Application (client) ID of an app registration in the tenant of `tenant_id`: "
     "Azure portal > App registrations > (the app) > Overview"},
    {"AADSTS7000229", "the application has no service principal in this tenant",
     "an administrator of the tenant is to consent to the app of `client_id`: Azure portal > App "
     "registrations > (the app) > API permissions > Grant admin consent"},
    {"AADSTS7000112", "the application is disabled",
     "allow the app of `client_id` again: Azure portal > Enterprise applications > (the app) > Properties > "
     "Enabled for users to sign-in"},
    {"AADSTS53003", "a Conditional Access policy blocks the application",
     "let the app of `client_id` in from this address: Azure portal > Microsoft Entra ID > Security > "
     "Conditional Access"},
    {"AADSTS90002", "the tenant is not known",
     "`tenant_id` is to be the Directory (tenant) ID: Azure portal > Microsoft Entra ID > Overview"},
    {"AADSTS900023", "the tenant's id is neither an id nor a domain",
     "`tenant_id` is to be the Directory (tenant) ID: Azure portal > Microsoft Entra ID > Overview"},
    {"AADSTS900021", "the tenant's id is not one",
     "`tenant_id` is to be the Directory (tenant) ID: Azure portal > Microsoft Entra ID > Overview"},
    {"AADSTS90038", "the tenant belongs to another national cloud",
     "set `token_url` to the token endpoint of that cloud"},
    {"AADSTS500011", "the environment is not known in this tenant",
     "`url` is to be the environment's own: Power Platform admin center > Environments > (the environment) > "
     "Environment URL; and `tenant_id` the tenant that it belongs to"},
    {"AADSTS70011", "the scope is not one", "`url` is to be the environment's own, or `scope` is wrong"},
    {"AADSTS1002012", "the scope is not one", "`url` is to be the environment's own, or `scope` is wrong"},
    {"AADSTS90006", "the sign-in service is not available for the moment", ""},
    {"AADSTS90012", "the sign-in service took too long", ""},
    {"AADSTS90024", "the sign-in service is not available for the moment", ""},
    {"AADSTS90033", "the sign-in service is not available for the moment", ""},
    {"AADSTS90055", "the tenant is throttled", ""},
    {"AADSTS50196", "the sign-in service saw too many requests of this application", ""},

    {"no client credentials user enabled", "the app has no user to run as",
     "choose one for the app of `client_id`: Setup > App Manager > (the app) > Manage > Edit Policies > "
     "Client Credentials Flow > Run As"},
    {"client credentials flow not enabled", "the app does not allow the client credentials flow",
     "allow it for the app of `client_id`: Setup > App Manager > (the app) > Edit > Enable Client "
     "Credentials Flow"},
    {"request not supported on this domain", "this host issues no such tokens",
     "`url` is to be your My Domain: Setup > My Domain > Current My Domain URL"},
    {"client identifier invalid", "the client id is wrong", "look at `client_id` (<secrets>)"},
    {"not admin approved", "the user that the app runs as is not allowed to use it",
     "allow it for the app of `client_id`: Setup > App Manager > (the app) > Manage > Edit Policies > "
     "Permitted Users"},
    {"ip restricted", "this address is not allowed to use the app",
     "relax the app of `client_id`: Setup > App Manager > (the app) > Manage > Edit Policies > IP "
     "Relaxation"},
    {"rate exceeded", "too many tokens were asked for", ""},
    {"retry your request", "the token endpoint is not available for the moment", ""},

    {"invalid_client_id", "the client id is wrong", "look at `client_id` (<secrets>)"},
    {"invalid_client", "the client id or the client secret is wrong",
     "look at `client_secret` and `client_id` (<secrets>)"},
    {"invalid_client_credentials", "the client secret is wrong", "look at `client_secret` (<secrets>)"},
    {"unauthorized", "the client id is not known", "look at `client_id` and `client_secret` (<secrets>)"},
    {"unauthorized_client", "the app may not use the client credentials flow",
     "allow it for the app of `client_id`"},
    {"invalid_app_access", "the user that the app runs as is not allowed to use it",
     "allow it for the app of `client_id`"},
    {"inactive_user", "the user that the app runs as is inactive",
     "activate it, or choose another for the app of `client_id`"},
    {"inactive_org", "the organisation is locked or closed", "look at `url`"},
    {"invalid_grant", "the credentials were refused", "look at `client_secret` and `client_id` (<secrets>)"},
    {"access_denied", "the credentials were refused", "look at `client_secret` and `client_id` (<secrets>)"},
    {"invalid_scope", "the scope is not one", "look at `scope`, or at `url` if it is made of that"},
    {"unsupported_grant_type", "it knows no client credentials", "look at `token_url`"},
    {"invalid_request", "it does not take such a request", "look at `token_url` and `client_id`"},
    {"temporarily_unavailable", "the token endpoint is not available for the moment", ""},
    {"server_error", "the token endpoint has failed", ""},
    {"rate_limit_exceeded", "too many tokens were asked for", ""},
};

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  if (what.empty()) return text;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

// An endpoint may repeat what it was sent.
std::string without_secret(std::string text, const OAuth2Auth& options) {
  const std::string& secret = options.client_secret.get().reveal();
  text = replaced(std::move(text),
                  basic_credential(percent_encoded(options.client_id), percent_encoded(secret)), "***");
  text = replaced(std::move(text), secret, "***");
  return replaced(std::move(text), percent_encoded(secret), "***");
}

// "AADSTS7000215", the first in `words`; empty when there is none.
std::string_view entra_code(std::string_view words) {
  constexpr std::string_view kPrefix = "AADSTS";
  const auto at = words.find(kPrefix);
  if (at == std::string_view::npos) return {};
  auto end = at + kPrefix.size();
  while (end < words.size() && '0' <= words[end] && words[end] <= '9') ++end;
  return words.substr(at, end - at);
}

std::string error_of(std::string_view body) {
  const auto answer = nlohmann::json::parse(body, nullptr, false);
  if (!answer.is_object()) return {};
  const auto error = answer.find("error");
  return error != answer.end() && error->is_string() ? to_lower(error->get_ref<const std::string&>())
                                                     : std::string{};
}

const Meaning* find_meaning(const std::string& error, const std::string& words) {
  const auto code = entra_code(words);
  const auto lower = to_lower(words);
  const auto* const found = std::ranges::find_if(kMeanings, [&](const Meaning& meaning) {
    const bool is_phrase = meaning.sign.find(' ') != std::string_view::npos;
    if (is_phrase) return lower.find(meaning.sign) != std::string::npos;
    return meaning.sign == code || meaning.sign == error;
  });
  return found != std::end(kMeanings) ? found : nullptr;
}

bool holds_token(std::string_view body) {
  const auto answer = nlohmann::json::parse(body, nullptr, false);
  return answer.is_object() && answer.contains("access_token") && answer["access_token"].is_string();
}

// What no code tells.
Meaning meaning_of_status(const http::ClientAnswer& answer) {
  if (200 <= answer.status && answer.status <= 299) {
    if (!answer.complete) return {"", "the answer broke off", ""};
    if (holds_token(answer.body)) {
      return {
          "",
          "the answer holds a token that cannot be sent: it is empty or has characters that no header may",
          "look at `token_url`"};
    }
    return {"", "the answer holds no token, so this is no token endpoint", "look at `token_url`"};
  }
  if (answer.status == 408 || answer.status == 429) return {"", "the token endpoint is busy", ""};
  if (500 <= answer.status && answer.status <= 599) return {"", "the token endpoint has failed", ""};
  if (answer.status == 400 || answer.status == 401 || answer.status == 403) {
    return {"", "the credentials were refused", "look at `client_secret` and `client_id` (<secrets>)"};
  }
  return {"", "this is no token endpoint", "look at `token_url`"};
}

std::string in_backticks(std::string_view setting) { return "`" + std::string(setting) + "`"; }

std::string advice_of(const Meaning& meaning, const OAuth2Auth& options) {
  const bool is_known = !options.where_secrets_are.empty();
  std::string text = replaced(std::string(meaning.advice), is_known ? "<secrets>" : " (<secrets>)",
                              options.where_secrets_are);
  text = replaced(std::move(text), in_backticks("token_url"), in_backticks(options.address_setting));
  const std::string table = options.setting.substr(0, options.setting.rfind('.') + 1);
  for (const std::string key : {"client_secret", "client_id", "scope"}) {
    text = replaced(std::move(text), in_backticks(key), in_backticks(table + key));
  }
  return text;
}

void make(Outcome outcome, AttemptOutcome& result) {
  turn_into(outcome, result);
  result.counts_against_budget = false;
  result.concerns_every_lead = outcome == Outcome::misconfigured;
  // It may hold a token, or the secret.
  result.answer_excerpt.clear();
}

AttemptOutcome classify_refusal(const http::ClientAnswer& answer, const OAuth2Auth& options, Time now) {
  const auto read = read_crm_answer(answer.body);
  AttemptOutcome result = outcome_of(answer, read, {}, now);
  const auto* const known = find_meaning(error_of(answer.body), read.words);
  const Meaning meaning = known ? *known : meaning_of_status(answer);
  const auto retry_after = result.retry_after;
  make(meaning.advice.empty() ? Outcome::unavailable : Outcome::misconfigured, result);
  if (result.outcome == Outcome::unavailable) result.retry_after = retry_after;
  const std::string refused = "no token: " + std::string(meaning.means);
  // Of a status that is none of HTTP's nobody knows what its words are.
  const std::string words = result.http_status != 0 ? without_secret(read.words, options) : std::string{};
  result.cause = refused;
  if (!known && !words.empty()) result.cause += ": " + normalise_cause(words);
  result.detail = refused;
  if (!meaning.advice.empty()) {
    // In the cause as well, which is what a person is shown of a destination that has paused itself.
    const std::string advice = ": " + advice_of(meaning, options);
    result.cause += advice;
    result.detail += advice;
  }
  result.detail += " (the token endpoint answered " + std::to_string(answer.status);
  if (!words.empty()) result.detail += ": " + words;
  result.detail += ")";
  return result;
}

AttemptOutcome classify_failure(const http::ClientFailure& failure, const OAuth2Auth& options) {
  AttemptOutcome result = outcome_of(failure);
  const bool is_misconfigured = result.outcome == Outcome::misconfigured;
  make(is_misconfigured ? Outcome::misconfigured : Outcome::unavailable, result);
  result.cause = "no token: " + result.cause;
  // The advice to a refused certificate is to be the first that names a setting.
  const bool is_certificate = failure.phase == http::FailurePhase::certificate;
  const std::string from = is_certificate ? "the token endpoint" : in_backticks(options.address_setting);
  result.detail = "no token from " + from + ": " + without_secret(result.detail, options);
  return result;
}

}  // namespace

AttemptOutcome classify_token_answer(const http::ClientResult& result, const OAuth2Auth& options, Time now) {
  if (const auto* failure = std::get_if<http::ClientFailure>(&result)) {
    return classify_failure(*failure, options);
  }
  return classify_refusal(std::get<http::ClientAnswer>(result), options, now);
}

}  // namespace leadspool::connector

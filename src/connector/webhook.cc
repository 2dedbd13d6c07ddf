#include "connector/webhook.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "connector/body_encoding.h"
#include "connector/cause.h"
#include "connector/crm_answer.h"
#include "connector/draft.h"
#include "connector/masking.h"
#include "connector/outcomes.h"
#include "connector/payload_reader.h"
#include "connector/test_steps.h"
#include "connector/webhook_check.h"
#include "connector/webhook_signature.h"

namespace leadspool::connector {
namespace {

constexpr const char* kSignature = "webhook-signature";

bool is_success(int status, const std::vector<StatusRange>& success) {
  return std::any_of(success.begin(), success.end(),
                     [&](const StatusRange& range) { return range.first <= status && status <= range.last; });
}

AttemptOutcome classify_answer(const http::ClientAnswer& answer, const WebhookOptions& options,
                               const LeadFields& lead, Time now) {
  CrmAnswer read = read_crm_answer(answer.body);
  if (!options.remote_id_pointer.empty()) {
    read.remote_id = remote_id_at(answer.body, options.remote_id_pointer);
  }
  AttemptOutcome result = outcome_of(answer, read, lead, now);
  const bool by_status = result.outcome == Outcome::delivered;
  if (by_status == is_success(answer.status, options.success)) return result;
  if (by_status) {
    turn_into(Outcome::misconfigured, result);
    if (!read.words.empty()) result.detail += ": " + read.words;
    result.cause = http_cause(answer.status, read.words, {}, lead);
  } else {
    turn_into(Outcome::delivered, result);
    result.remote_id = read.remote_id;
  }
  return result;
}

std::string content_type_of(const WebhookOptions& options) {
  const auto configured = http::find_header(options.headers, "Content-Type");
  if (!configured.empty()) return std::string(configured);
  if (!options.content_type.empty()) return options.content_type;
  switch (options.body) {
    case WebhookOptions::Body::json:
      return "application/json";
    case WebhookOptions::Body::form:
      return "application/x-www-form-urlencoded";
    case WebhookOptions::Body::text:
      return "text/plain; charset=utf-8";
  }
  return {};
}

// What may be shown of the configured headers; any other may hold a key.
bool is_harmless(std::string_view header) {
  constexpr std::array<std::string_view, 7> kHarmless{"Accept",       "Accept-Language", "Content-Language",
                                                      "Content-Type", "If-None-Match",   "Prefer",
                                                      "User-Agent"};
  return std::ranges::any_of(kHarmless,
                             [&](std::string_view name) { return equal_in_any_case(header, name); });
}

// What of a request nobody is to see who looks at its answer; `origin` is the part of the URL that they may.
std::vector<std::string> secrets_of(const WebhookOptions& options, const http::ClientRequest& request,
                                    const std::string& origin) {
  std::vector<std::string> secrets;
  for (const http::Header& header : options.headers) {
    if (!is_harmless(header.name)) secrets.push_back(header.value);
  }
  if (options.url_is_secret && request.url.starts_with(origin)) {
    secrets.push_back(request.url.substr(origin.size()));
  }
  return secrets;
}

UrlTemplate parse_url(const std::string& url) {
  auto parsed = UrlTemplate::parse(url);
  CHECK(std::holds_alternative<UrlTemplate>(parsed));
  return std::get<UrlTemplate>(std::move(parsed));
}

WebhookOptions checked(WebhookOptions options) {
  const auto mistake = find_mistake(options);
  if (mistake) throw std::invalid_argument(mistake->setting + ": " + mistake->message);
  return options;
}

}  // namespace

std::optional<WebhookMistake> find_mistake(const WebhookOptions& options) {
  const auto url = UrlTemplate::parse(options.url);
  if (const auto* error = std::get_if<Template::Error>(&url)) return WebhookMistake{"url", error->message};
  if (!signing_key(options.signing_secret.get())) {
    return WebhookMistake{"signing_secret", "what follows \"whsec_\" in the secret is not base64"};
  }
  if (!is_json_pointer(options.remote_id_pointer)) {
    return WebhookMistake{"remote_id", "must be a JSON pointer (RFC 6901), like \"/data/0/id\""};
  }
  if ((options.body == WebhookOptions::Body::text) != options.text.has_value()) {
    return WebhookMistake{"text", "belongs to body = \"text\", and is needed with it"};
  }
  return std::nullopt;
}

AttemptOutcome classify_webhook(const http::ClientResult& result, const WebhookOptions& options,
                                const LeadFields& lead, Time now) {
  const auto* answer = std::get_if<http::ClientAnswer>(&result);
  AttemptOutcome outcome = answer ? classify_answer(*answer, options, lead, now)
                                  : outcome_of(std::get<http::ClientFailure>(result));
  if (options.on_ambiguous == WebhookOptions::OnAmbiguous::bury) forbid_repeating(outcome);
  return outcome;
}

Webhook::Webhook(WebhookOptions options, const Clock& clock)
    : options_(checked(std::move(options))),
      url_(parse_url(options_.url)),
      content_type_(content_type_of(options_)),
      signing_key_(*signing_key(options_.signing_secret.get())),
      auth_(options_.auth, clock),
      clock_(clock) {}

std::string Webhook::body_of(const LeadWithPayload& lead, const Rendered& rendered) const {
  switch (options_.body) {
    case WebhookOptions::Body::json:
      return rendered.json;
    case WebhookOptions::Body::form:
      return form_body(options_.mapping.targets(), rendered.json);
    case WebhookOptions::Body::text:
      break;
  }
  const PayloadReader payload(lead.payload);
  return options_.text->render(lead, payload, encoding_for(content_type_)).value_or(std::string{});
}

std::vector<http::Header> Webhook::headers_of(const LeadWithPayload& lead, const std::string& body) const {
  const std::string id = to_string(lead.id);
  const auto unix_seconds = to_unix_ms(clock_.now()) / 1000;
  std::vector<http::Header> headers{
      {"webhook-id", id}, {"Idempotency-Key", id}, {"webhook-timestamp", std::to_string(unix_seconds)}};
  if (!signing_key_.empty()) {
    headers.push_back({kSignature, webhook_signature(signing_key_, id, unix_seconds, body)});
  }
  std::vector<http::Header> ours = headers;
  const auto credentials = auth_.masked_headers();
  ours.insert(ours.end(), credentials.begin(), credentials.end());
  for (const http::Header& header : options_.headers) {
    const bool is_ours = std::ranges::any_of(
        ours, [&](const http::Header& each) { return equal_in_any_case(each.name, header.name); });
    if (!is_ours) headers.push_back(header);
  }
  if (http::find_header(headers, "Content-Type").empty()) headers.push_back({"Content-Type", content_type_});
  return headers;
}

Draft Webhook::draft_for(const LeadWithPayload& lead) const {
  const Rendered rendered = options_.mapping.render(lead, options_.columns);
  Draft draft;
  draft.request.method = options_.method;
  draft.request.url = url_.render(lead);
  draft.request.body = body_of(lead, rendered);
  draft.request.headers = headers_of(lead, draft.request.body);
  draft.request.connect_timeout = options_.connect_timeout;
  draft.request.total_timeout = options_.total_timeout;
  draft.request.max_answer_bytes = kLongestExcerpt;
  draft.request.ca_file = options_.ca_file;
  if (options_.body != WebhookOptions::Body::text) draft.cuts = rendered.cuts;
  if (!rendered.missing.empty()) draft.rejection = missing_column(rendered);
  return draft;
}

bool Webhook::has_other_signing_key(const Secret& used) {
  static_cast<void>(options_.signing_secret.read_again());
  if (auto key = signing_key(options_.signing_secret.get())) signing_key_ = std::move(*key);
  return signing_key_.reveal() != used.reveal();
}

Task<AttemptOutcome> Webhook::attempt(const LeadWithPayload& lead, http::Client& client) {
  const Draft draft = draft_for(lead);
  if (draft.rejection) co_return *draft.rejection;
  const Secret used_key = signing_key_;
  // Named, because g++ 12 destroys a temporary inside co_await twice.
  auto sending = auth_.send(draft.request, client);
  auto sent = co_await sending;
  const auto is_refused = [](const auto& result) {
    const auto* received = std::get_if<http::ClientResult>(&result);
    const auto* answer = received != nullptr ? std::get_if<http::ClientAnswer>(received) : nullptr;
    return answer != nullptr && answer->status == 401;
  };
  if (is_refused(sent) && has_other_signing_key(used_key)) {
    const Draft signed_anew = draft_for(lead);
    auto sending_again = auth_.send(signed_anew.request, client);
    auto sent_again = co_await sending_again;
    sent = std::move(sent_again);
  }
  if (const auto* without_token = std::get_if<AttemptOutcome>(&sent)) co_return *without_token;
  hide(secrets_of(options_, draft.request, url_.origin()), std::get<http::ClientResult>(sent));
  AttemptOutcome outcome =
      classify_webhook(std::get<http::ClientResult>(sent), options_, lead.fields, clock_.now());
  if (is_refused(sent) && !auth_.advice().empty()) outcome.detail += "; look at " + auth_.advice();
  add_cuts(draft.cuts, outcome);
  co_return outcome;
}

RequestPreview Webhook::preview(const LeadWithPayload& lead) const {
  Draft draft = draft_for(lead);
  if (options_.url_is_secret) draft.request.url = url_.origin() + "/" + std::string(kMask);
  for (http::Header& header : draft.request.headers) {
    const bool is_configured = !http::find_header(options_.headers, header.name).empty();
    if (header.name == kSignature || (is_configured && !is_harmless(header.name))) header.value = kMask;
  }
  return preview_of(std::move(draft), auth_.masked_headers());
}

Task<std::vector<TestStep>> Webhook::test(http::Client& client) {
  std::vector<TestStep> steps;
  const std::string setting = auth_.setting();
  if (std::holds_alternative<OAuth2Auth>(options_.auth)) {
    auto checking = auth_.check(client);
    const auto failure = co_await checking;
    if (failure) {
      steps.push_back(hindered_step("token", *failure, setting_named_in(failure->detail)));
      co_return steps;
    }
    steps.push_back(passed_step("token", "the token endpoint gave one"));
  }
  const LeadWithPayload nobody;
  http::ClientRequest request = draft_for(nobody).request;
  request.method = "OPTIONS";
  request.body.clear();
  // Without what would tell of a lead.
  std::erase_if(request.headers, [&](const http::Header& header) {
    return http::find_header(options_.headers, header.name).empty();
  });
  const std::vector<std::string> secrets = secrets_of(options_, request, url_.origin());
  auto sending = auth_.send(std::move(request), client);
  auto sent = co_await sending;
  if (const auto* without_token = std::get_if<AttemptOutcome>(&sent)) {
    steps.push_back(hindered_step("token", *without_token, setting_named_in(without_token->detail)));
    co_return steps;
  }
  hide(secrets, std::get<http::ClientResult>(sent));
  for (TestStep& step : webhook_steps(std::get<http::ClientResult>(sent), auth_.advice(), setting)) {
    steps.push_back(std::move(step));
  }
  co_return steps;
}

}  // namespace leadspool::connector

#include "app/webhook_config.h"

#include <algorithm>
#include <charconv>

#include "app/auth_config.h"
#include "app/connector_config.h"
#include "app/crm_config.h"
#include "app/header_config.h"
#include "connector/url_template.h"
#include "connector/webhook_signature.h"
#include "http/client.h"

namespace leadspool::app {
namespace {

using connector::StatusRange;
using connector::Template;
using connector::WebhookOptions;
using Body = WebhookOptions::Body;

// A token, and the lead itself; each once more when the first token was refused.
constexpr int kRequests = 4;

std::optional<int> parse_status(std::string_view text) {
  int status = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && status >= 100 && status <= 599 ? std::optional{status} : std::nullopt;
}

// "2xx", "204" or "200-204".
std::optional<StatusRange> parse_range(std::string_view text) {
  if (text.size() == 3 && text.substr(1) == "xx" && text[0] >= '1' && text[0] <= '5') {
    const int hundred = (text[0] - '0') * 100;
    return StatusRange{hundred, hundred + 99};
  }
  const auto dash = text.find('-');
  const auto first = parse_status(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_status(text.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return StatusRange{*first, *last};
}

std::vector<StatusRange> read_success(ConfigSection& section) {
  const auto* value = section.find("success");
  if (value == nullptr) return {{200, 299}};
  const auto* array = std::get_if<TomlArray>(&value->held);
  const TomlArray elements = array != nullptr ? *array : TomlArray{*value};
  std::vector<StatusRange> ranges;
  for (const auto& element : elements) {
    const auto* number = std::get_if<std::int64_t>(&element.held);
    const auto* text = std::get_if<std::string>(&element.held);
    const auto range = number != nullptr ? parse_range(std::to_string(*number))
                       : text != nullptr ? parse_range(*text)
                                         : std::nullopt;
    if (range) {
      ranges.push_back(*range);
    } else {
      section.error_at(element.place, "success",
                       "must be HTTP statuses, like \"2xx\" or [200, 201, \"202-204\"]");
    }
  }
  if (elements.empty()) section.error("success", "must name at least one HTTP status");
  return ranges;
}

std::string read_url(ConfigSection& section, const ReadingContext& context) {
  const auto* value = section.find("url");
  if (value == nullptr) {
    section.error("url", "missing: where leads are sent, like \"https://crm.contoso.com/leads\"");
    return {};
  }
  const auto* literal = std::get_if<std::string>(&value->held);
  const auto url =
      literal != nullptr ? std::optional{Secret{*literal}} : read_secret(*value, "url", context, section);
  if (!url || (literal == nullptr && context.secrets == Secrets::leave)) return {};
  const auto parsed = connector::UrlTemplate::parse(url->reveal());
  if (const auto* whole = std::get_if<connector::UrlTemplate>(&parsed)) {
    check_url(section, "url", whole->render(LeadWithPayload{}));
  } else {
    section.error("url", std::get<connector::Template::Error>(parsed).message);
  }
  return url->reveal();
}

std::string read_method(ConfigSection& section) {
  const std::vector<std::pair<std::string, std::string>> methods{
      {"POST", "POST"}, {"PUT", "PUT"}, {"PATCH", "PATCH"}};
  return section.one_of("method", std::string("POST"), methods);
}

std::optional<Template> read_text(ConfigSection& section, Body body) {
  const auto text = section.text("text");
  if (body != Body::text) {
    if (section.find("text") != nullptr) section.error("text", "is only sent with body = \"text\"");
    return std::nullopt;
  }
  for (const auto* key : {"mapping", "constants", "limits", "required"}) {
    if (section.find(key) != nullptr) section.error(key, "is not used with body = \"text\"; remove it");
  }
  if (section.find("text") == nullptr) {
    section.error("text",
                  "missing: what is sent with body = \"text\", like \"<lead>{{ last_name }}</lead>\"");
  }
  if (!text) return std::nullopt;
  auto parsed = Template::parse(*text);
  if (auto* whole = std::get_if<Template>(&parsed)) return std::move(*whole);
  section.error("text", std::get<Template::Error>(parsed).message);
  return std::nullopt;
}

void read_body(ConfigSection& section, WebhookOptions& options) {
  options.body = section.one_of<Body>("body", Body::json,
                                      {{"json", Body::json}, {"form", Body::form}, {"text", Body::text}});
  options.text = read_text(section, options.body);
  if (options.body != Body::text) {
    auto [mapping, columns] = read_mapped_columns(section, {std::move(options.mapping), {}});
    options.mapping = std::move(mapping);
    options.columns = std::move(columns);
  }
  options.content_type = section.text("content_type").value_or("");
  if (section.find("content_type") != nullptr &&
      (options.content_type.find('/') == std::string::npos || !is_header_value(options.content_type))) {
    section.error("content_type", "must be a media type, like \"application/xml\"");
  }
}

// RFC 6901, section 3.
bool is_json_pointer(std::string_view text) {
  for (auto tilde = text.find('~'); tilde != std::string_view::npos; tilde = text.find('~', tilde + 1)) {
    if (tilde + 1 == text.size() || (text[tilde + 1] != '0' && text[tilde + 1] != '1')) return false;
  }
  return text.starts_with('/');
}

std::string read_remote_id(ConfigSection& section) {
  auto pointer = section.text("remote_id").value_or("");
  if (!pointer.empty() && !is_json_pointer(pointer)) {
    section.error("remote_id", "must be a JSON pointer into the CRM's answer, like \"/data/0/id\"");
  }
  return pointer;
}

void check_one_authorisation(ConfigSection& section, const WebhookOptions& options) {
  const auto* api_key = std::get_if<connector::ApiKeyAuth>(&options.auth);
  const std::string name = api_key != nullptr ? api_key->header : "Authorization";
  if (std::holds_alternative<connector::NoAuth>(options.auth)) return;
  if (!http::find_header(options.headers, name).empty()) {
    section.error("auth", "sets the header " + name + ", which stands in `headers` too; remove one of them");
  }
}

}  // namespace

WebhookOptions::OnAmbiguous read_on_ambiguous(ConfigSection& section) {
  using OnAmbiguous = WebhookOptions::OnAmbiguous;
  return section.one_of<OnAmbiguous>("on_ambiguous", OnAmbiguous::retry,
                                     {{"retry", OnAmbiguous::retry}, {"bury", OnAmbiguous::bury}});
}

ConnectorConfig read_webhook(ConfigSection& section, const ReadingContext& context) {
  WebhookOptions options;
  const auto* url = section.find("url");
  options.url_is_secret = url != nullptr && is_secret_reference(*url);
  options.url = read_url(section, context);
  options.method = read_method(section);
  options.headers = read_headers(section, context);
  const auto rules = read_request_rules(section, context);
  options.auth = read_auth(section, context, rules);
  check_one_authorisation(section, options);
  read_body(section, options);
  options.success = read_success(section);
  options.remote_id_pointer = read_remote_id(section);
  options.on_ambiguous = read_on_ambiguous(section);
  options.signing_secret = read_live_secret(section, "signing_secret", context);
  if (!connector::signing_key(options.signing_secret.get())) {
    section.error("signing_secret", "what follows \"whsec_\" in the secret is not base64");
  }
  options.connect_timeout = rules.connect_timeout;
  options.total_timeout = rules.total_timeout;
  options.ca_file = rules.ca_file;

  ConnectorConfig config;
  config.longest_attempt = rules.longest(kRequests);
  config.ca_file = rules.ca_file;
  config.without_tls = options.url.starts_with("http://");
  config.make = maker_of<connector::Webhook>(std::move(options));
  return config;
}

}  // namespace leadspool::app

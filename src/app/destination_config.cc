#include "app/destination_config.h"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "connector/webhook_signature.h"
#include "http/client.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

// What an attempt may need beyond its time-outs: waiting for the disk, and for a machine that was busy.
constexpr std::chrono::seconds kLeaseSlack{60};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  return text;
}

bool is_header_name(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

bool is_header_value(const std::string& value) {
  return std::all_of(value.begin(), value.end(),
                     [](unsigned char c) { return (c >= 32 && c != 127) || c == '\t'; });
}

// Headers that Leadspool sets itself, or that would break the request's framing.
bool is_ours(const std::string& name) {
  static const std::vector<std::string> kOurs{"content-length",
                                              "content-type",
                                              "connection",
                                              "expect",
                                              "host",
                                              "idempotency-key",
                                              "te",
                                              "trailer",
                                              "transfer-encoding",
                                              "upgrade",
                                              "webhook-id",
                                              "webhook-signature",
                                              "webhook-timestamp"};
  return std::find(kOurs.begin(), kOurs.end(), lower(name)) != kOurs.end();
}

bool carries_a_secret(const std::string& name) {
  const std::string plain = lower(name);
  for (const auto* word : {"authorization", "cookie", "token", "secret", "password", "api-key", "apikey"}) {
    if (plain.find(word) != std::string::npos) return true;
  }
  return false;
}

std::vector<http::Header> read_headers(ConfigSection& section, const ReadingContext& context) {
  std::vector<http::Header> headers;
  const auto* table = section.table("headers");
  if (table == nullptr) return headers;
  for (const auto& [name, place, value] : *table) {
    const std::string key = "headers." + name;
    const auto* literal = std::get_if<std::string>(&value.held);
    std::optional<Secret> content;
    if (!is_header_name(name)) {
      section.error_at(place, key, "is not a header's name");
    } else if (is_ours(name)) {
      section.error_at(place, key, "Leadspool sets this header itself; remove the line");
    } else if (literal != nullptr && !carries_a_secret(name)) {
      content = Secret{*literal};
    } else {
      content = read_secret(value, key, context, section);
    }
    if (!content) continue;
    if (is_header_value(content->reveal())) {
      headers.push_back({name, content->reveal()});
    } else {
      section.error_at(value.place, key, "a header's value is one line without control characters");
    }
  }
  return headers;
}

// nullopt for a date, which JSON does not have.
std::optional<Json> to_json(const TomlValue& value) {
  if (const auto* text = std::get_if<std::string>(&value.held)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value.held)) return *number;
  if (const auto* real = std::get_if<double>(&value.held)) return *real;
  if (const auto* truth = std::get_if<bool>(&value.held)) return *truth;
  if (const auto* array = std::get_if<TomlArray>(&value.held)) {
    Json json = Json::array();
    for (const auto& element : *array) {
      auto one = to_json(element);
      if (!one) return std::nullopt;
      json.push_back(std::move(*one));
    }
    return json;
  }
  if (const auto* table = std::get_if<TomlTable>(&value.held)) {
    Json json = Json::object();
    for (const auto& entry : *table) {
      auto one = to_json(entry.value);
      if (!one) return std::nullopt;
      json[entry.key] = std::move(*one);
    }
    return json;
  }
  return std::nullopt;
}

// A nested table is the same as dotted targets, so that its texts are templates too.
void collect_entries(const TomlTable& table, const std::string& prefix, ConfigSection& section,
                     std::vector<connector::MappingEntry>& entries) {
  for (const auto& [name, place, value] : table) {
    const std::string target = prefix + name;
    if (const auto* nested = std::get_if<TomlTable>(&value.held)) {
      collect_entries(*nested, target + ".", section, entries);
      continue;
    }
    const auto json = to_json(value);
    if (!json) {
      section.error_at(value.place, "mapping." + target, "JSON has no dates; write it as text in quotes");
      continue;
    }
    const connector::MappingEntry entry{target, json->dump(-1, ' ', false, Json::error_handler_t::replace)};
    const auto alone = connector::Mapping::parse({entry});
    if (const auto* error = std::get_if<connector::MappingError>(&alone)) {
      section.error_at(place, "mapping." + target, error->message);
    } else {
      entries.push_back(entry);
    }
  }
}

connector::Mapping read_mapping(ConfigSection& section) {
  const auto* table = section.table("mapping");
  if (table == nullptr) return connector::Mapping::whole_lead();
  std::vector<connector::MappingEntry> entries;
  collect_entries(*table, "", section, entries);
  auto whole = connector::Mapping::parse(entries);
  if (auto* mapping = std::get_if<connector::Mapping>(&whole)) return std::move(*mapping);
  // Each line is right by itself, so two of them contradict each other.
  const auto& error = std::get<connector::MappingError>(whole);
  section.error("mapping", error.target + ": " + error.message);
  return connector::Mapping::whole_lead();
}

std::optional<int> parse_status(std::string_view text) {
  int status = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && status >= 100 && status <= 599 ? std::optional{status} : std::nullopt;
}

// "2xx", "204" or "200-204".
std::optional<connector::StatusRange> parse_range(std::string_view text) {
  if (text.size() == 3 && text.substr(1) == "xx" && text[0] >= '1' && text[0] <= '5') {
    const int hundred = (text[0] - '0') * 100;
    return connector::StatusRange{hundred, hundred + 99};
  }
  const auto dash = text.find('-');
  const auto first = parse_status(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_status(text.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return connector::StatusRange{*first, *last};
}

std::vector<connector::StatusRange> read_success(ConfigSection& section) {
  const auto* value = section.find("success");
  if (value == nullptr) return {{200, 299}};
  const auto* array = std::get_if<TomlArray>(&value->held);
  const TomlArray elements = array != nullptr ? *array : TomlArray{*value};
  std::vector<connector::StatusRange> ranges;
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
  const auto& text = url->reveal();
  const auto authority = text.substr(0, text.find_first_of("/?#", text.find("//") + 2));
  if (authority.find('@') != std::string::npos) {
    section.error("url",
                  "must not carry a name and password; set headers.Authorization = { env = \"NAME\" }");
  } else if (!http::is_allowed_url(text)) {
    section.error("url",
                  "must begin with https:// (or http:// and a loopback address, for trying things out)");
  }
  return text;
}

std::string read_method(ConfigSection& section) {
  const std::vector<std::pair<std::string, std::string>> methods{
      {"POST", "POST"}, {"PUT", "PUT"}, {"PATCH", "PATCH"}};
  return section.one_of("method", std::string("POST"), methods);
}

connector::WebhookOptions read_webhook(ConfigSection& section, const ReadingContext& context) {
  connector::WebhookOptions options;
  options.url = read_url(section, context);
  options.method = read_method(section);
  options.headers = read_headers(section, context);
  options.mapping = read_mapping(section);
  options.success = read_success(section);
  if (const auto* secret = section.find("signing_secret")) {
    options.signing_secret = read_secret(*secret, "signing_secret", context, section).value_or(Secret{});
    if (!connector::signing_key(options.signing_secret)) {
      section.error("signing_secret", "what follows \"whsec_\" in the secret is not base64");
    }
  }
  options.ca_file = context.resolve(section.text("ca_file").value_or(""));
  options.connect_timeout = std::chrono::seconds{section.whole_number("connect_timeout_s", 5, 1, 300)};
  options.total_timeout = std::chrono::seconds{section.whole_number("total_timeout_s", 30, 1, 3'600)};
  if (options.connect_timeout > options.total_timeout) {
    section.error("connect_timeout_s", "must not be longer than total_timeout_s");
  }
  return options;
}

RetryPolicy read_retry(ConfigSection& section) {
  RetryPolicy retry;
  std::vector<std::int64_t> seconds;
  for (const auto wait : retry.schedule) seconds.push_back(wait.count() / 1'000);
  constexpr std::int64_t kWeek_s = 604'800;
  retry.schedule.clear();
  for (const auto wait : section.whole_numbers("schedule_s", seconds, 1, kWeek_s)) {
    retry.schedule.emplace_back(std::chrono::seconds{wait});
  }
  retry.max_attempts = static_cast<int>(section.whole_number("max_attempts", retry.max_attempts, 1, 1'000));
  return retry;
}

// { publisher = "contoso", country = ["US", "C*"] }
WantedLeads read_wanted(ConfigSection& destination) {
  const auto* table = destination.table("when");
  if (table == nullptr) return {};
  ConfigSection when = destination.section(*table, "when");
  std::vector<WantedCondition> conditions;
  for (const auto& [property, place, value] : *table) {
    conditions.push_back({property, when.text_or_texts(property)});
    // What is no text was complained of already.
    if (conditions.back().patterns.empty() && !std::holds_alternative<TomlArray>(value.held)) return {};
  }
  auto wanted = WantedLeads::parse(std::move(conditions));
  if (auto* leads = std::get_if<WantedLeads>(&wanted)) return std::move(*leads);
  const auto& error = std::get<WantedError>(wanted);
  when.error(error.property, error.message);
  return {};
}

}  // namespace

std::chrono::milliseconds DestinationConfig::lease() const {
  return webhook.connect_timeout + webhook.total_timeout + kLeaseSlack;
}

DestinationConfig read_destination(ConfigSection& section, const ReadingContext& context) {
  DestinationConfig destination;
  destination.name = section.text("name").value_or("");
  const std::vector<std::pair<std::string, std::string>> types{{"webhook", "webhook"}};
  destination.type = section.one_of("type", std::string("webhook"), types);
  if (section.find("type") == nullptr) section.error("type", "missing: must be `webhook`");
  destination.webhook = read_webhook(section, context);
  destination.retry = read_retry(section);
  destination.max_in_flight = static_cast<int>(section.whole_number("max_in_flight", 16, 1, 1'000));
  destination.rate_per_second = section.number("rate_per_second", 0.001, 10'000);
  destination.wanted = read_wanted(section);
  section.refuse_unknown();
  return destination;
}

}  // namespace leadspool::app

#include "connector/azure_signature.h"

#include <array>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "base/digest.h"
#include "base/text.h"
#include "connector/masking.h"

namespace leadspool::connector {
namespace {

constexpr std::string_view kWhereSas =
    "Azure portal > Storage accounts > (the account) > Security + networking > Shared access signature";

// As it stands after the "?", which the portal puts in front of it.
std::string_view query_of(const AzureTableOptions& options) {
  std::string_view sas = trimmed(options.sas.get().reveal());
  if (sas.starts_with('?')) sas.remove_prefix(1);
  return sas;
}

// A parameter of the signature, percent-decoded; empty when it is not there.
std::string parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(pair.size() == query.size() ? pair.size() : pair.size() + 1);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    const auto encoded = pair.substr(equals + 1);
    std::string value;
    for (std::size_t i = 0; i < encoded.size(); ++i) {
      const auto byte = encoded[i] == '%' ? from_hex(encoded.substr(i + 1, 2)) : std::nullopt;
      const bool is_encoded = byte && byte->size() == 1;
      value += is_encoded ? byte->front() : encoded[i];
      if (is_encoded) i += 2;
    }
    return value;
  }
  return {};
}

// What stands before the path of an absolute URL, "https://host:port", is this long.
std::size_t origin_length(std::string_view url) {
  const auto scheme = url.find("://");
  const auto path = url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
  return path == std::string_view::npos ? url.size() : path;
}

void add_query(std::string_view query, http::ClientRequest& request) {
  request.url += request.url.find('?') == std::string::npos ? '?' : '&';
  request.url += query;
}

// "Sat, 21 Nov 2026 09:30:00 GMT" (RFC 9110 section 5.6.7).
std::string http_date(Time time) {
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::string text = to_rfc3339(time);  // 2026-11-21T09:30:00.000Z
  std::string result(kDays[std::chrono::weekday{day}.c_encoding()]);
  result.append(", ").append(text, 8, 2).append(" ");
  result.append(kMonths[static_cast<unsigned>(date.month()) - 1]).append(" ");
  return result.append(text, 0, 4).append(" ").append(text, 11, 8).append(" GMT");
}

AttemptOutcome unusable_key() {
  AttemptOutcome outcome;
  outcome.outcome = Outcome::misconfigured;
  outcome.concerns_every_lead = true;
  outcome.cause = "the account key is not base64";
  outcome.detail =
      "not sent: the key that `account_key` points to is not base64; copy it whole from Azure portal > "
      "Storage accounts > (the account) > Security + networking > Access keys > Key";
  return outcome;
}

}  // namespace

AzureTableOptions with_account_name(AzureTableOptions options) {
  if (!options.account_name.empty()) return options;
  const std::string_view url = options.crm.url;
  const auto scheme = url.find("://");
  const auto host = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  options.account_name = host.substr(0, host.find_first_of(".:/"));
  return options;
}

std::variant<http::ClientRequest, AttemptOutcome> authorise(const AzureTableOptions& options,
                                                            http::ClientRequest request, Time now) {
  const std::string date = http_date(now);
  request.headers.push_back({"x-ms-date", date});
  if (!options.sas.empty()) {
    add_query(query_of(options), request);
    return request;
  }
  const auto key = from_base64(trimmed(options.account_key.get().reveal()));
  if (!key) return unusable_key();
  const std::string_view url = request.url;
  const auto path = url.substr(0, url.find('?')).substr(origin_length(url));
  const std::string text = date + "\n/" + options.account_name + std::string(path);
  request.headers.push_back(
      {"Authorization", "SharedKeyLite " + options.account_name + ":" + to_base64(hmac_sha256(*key, text))});
  return request;
}

void mask_credential(const AzureTableOptions& options, http::ClientRequest& request) {
  if (!options.sas.empty()) return add_query(kMask, request);
  request.headers.push_back(
      {"Authorization", "SharedKeyLite " + options.account_name + ":" + std::string(kMask)});
}

void hide_secrets(const AzureTableOptions& options, AttemptOutcome& outcome) {
  const std::string_view sas = query_of(options);
  const std::string signature = parameter(sas, "sig");
  for (std::string* const text : {&outcome.detail, &outcome.cause, &outcome.answer_excerpt}) {
    hide(sas, *text);
    hide(signature, *text);
    hide(percent_encoded(signature), *text);
  }
}

std::string fault_of_sas(const AzureTableOptions& options, Time now) {
  if (options.sas.empty()) return {};
  const std::string_view sas = query_of(options);
  const std::string where = "; make one under " + std::string(kWhereSas);
  if (parameter(sas, "sig").empty()) {
    return "what `sas` points to is no shared access signature: it has no sig=" + where;
  }
  const std::string ends = parameter(sas, "se");
  if (const auto end = from_rfc3339(ends); end && *end <= now) {
    return "the signature that `sas` points to expired at " + ends + where;
  }
  const std::string permissions = parameter(sas, "sp");
  if (!permissions.empty() && permissions.find('a') == std::string::npos) {
    return "the signature that `sas` points to allows only \"" + permissions + "\" (sp=), not a, adding" +
           where + " with the permission Add";
  }
  const std::string table = parameter(sas, "tn");
  if (!table.empty() && !equal_in_any_case(table, options.table)) {
    return "the signature that `sas` points to is for the table " + table + ", not for " + options.table +
           where;
  }
  return {};
}

bool allows_adding(const AzureTableOptions& options) {
  return options.sas.empty() || parameter(query_of(options), "sp").find('a') != std::string::npos;
}

}  // namespace leadspool::connector

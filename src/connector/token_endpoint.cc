#include "connector/token_endpoint.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "connector/crm_options.h"

namespace leadspool::connector {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kGrant = "grant_type=client_credentials";
constexpr std::int64_t kLongestLife_s = 30 * 24 * 3600;

std::string parameter(std::string_view name, std::string_view value) {
  std::string text = "&";
  text += name;
  text += '=';
  text += percent_encoded(value);
  return text;
}

std::string credentials(const OAuth2Auth& options) {
  return parameter("client_id", options.client_id) +
         parameter("client_secret", options.client_secret.get().reveal());
}

// A number, or one in quotes, as some endpoints have it.
std::optional<std::int64_t> read_seconds(const Json& value) {
  if (value.is_number()) {
    return static_cast<std::int64_t>(std::clamp(value.get<double>(), 0.0, double(kLongestLife_s)));
  }
  if (!value.is_string()) return std::nullopt;
  const auto& digits = value.get_ref<const std::string&>();
  constexpr std::size_t kMostDigits = 9;
  const bool is_number = !digits.empty() && digits.size() <= kMostDigits &&
                         std::ranges::all_of(digits, [](char c) { return '0' <= c && c <= '9'; });
  if (!is_number) return std::nullopt;
  return std::min<std::int64_t>(std::stoll(digits), kLongestLife_s);
}

bool fits_into_header(std::string_view token) {
  return !token.empty() && std::ranges::all_of(token, [](char c) { return '!' <= c && c <= '~'; });
}

}  // namespace

http::ClientRequest token_request(const OAuth2Auth& options) {
  http::ClientRequest request;
  request.url = options.token_url;
  request.headers = {{"Accept", "application/json"}};
  request.connect_timeout = options.connect_timeout;
  request.total_timeout = options.total_timeout;
  request.ca_file = options.ca_file;
  request.max_answer_bytes =
      64 * 1024;  // tokens that tell much of whom they are for have been seen with 10 KB
  const std::string scope = options.scope.empty() ? std::string{} : parameter("scope", options.scope);
  if (options.style == OAuth2Auth::Style::query) {
    request.method = "GET";
    request.url += request.url.find('?') == std::string::npos ? '?' : '&';
    request.url.append(kGrant).append(credentials(options)).append(scope);
    return request;
  }
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  request.body = std::string(kGrant) + scope;
  if (options.style == OAuth2Auth::Style::form) {
    request.body += credentials(options);
  } else {
    request.headers.push_back(
        {"Authorization", basic_credential(percent_encoded(options.client_id),
                                           percent_encoded(options.client_secret.get().reveal()))});
  }
  return request;
}

std::optional<FetchedToken> read_token(const http::ClientAnswer& answer) {
  if (answer.status < 200 || answer.status > 299) return std::nullopt;
  const Json body = Json::parse(answer.body, nullptr, false);
  if (!body.is_object()) return std::nullopt;
  const auto token = body.find("access_token");
  if (token == body.end() || !token->is_string()) return std::nullopt;
  const auto& text = token->get_ref<const std::string&>();
  if (!fits_into_header(text)) return std::nullopt;
  FetchedToken fetched{Secret(text), std::nullopt};
  if (const auto life = body.find("expires_in"); life != body.end()) {
    if (const auto seconds = read_seconds(*life)) fetched.life = std::chrono::seconds{*seconds};
  }
  return fetched;
}

std::string basic_credential(std::string_view user, std::string_view password) {
  std::string pair(user);
  pair += ':';
  pair += password;
  return "Basic " + to_base64(std::span(reinterpret_cast<const std::uint8_t*>(pair.data()), pair.size()));
}

}  // namespace leadspool::connector

#include "connector/auth.h"

#include <cstdint>
#include <utility>

#include "connector/masking.h"
#include "connector/token_endpoint.h"
#include "connector/tokens.h"

namespace leadspool::connector {
namespace {

// Of the kinds with a credential that stays; nullptr for the others.
LiveSecret* find_fixed_secret(AuthOptions& options) {
  if (auto* bearer = std::get_if<BearerAuth>(&options)) return &bearer->token;
  if (auto* basic = std::get_if<BasicAuth>(&options)) return &basic->password;
  if (auto* api_key = std::get_if<ApiKeyAuth>(&options)) return &api_key->key;
  return nullptr;
}

std::vector<http::Header> fixed_headers(const AuthOptions& options) {
  if (const auto* bearer = std::get_if<BearerAuth>(&options)) {
    return {{"Authorization", "Bearer " + bearer->token.get().reveal()}};
  }
  if (const auto* basic = std::get_if<BasicAuth>(&options)) {
    return {{"Authorization", basic_credential(basic->username, basic->password.get().reveal())}};
  }
  if (const auto* api_key = std::get_if<ApiKeyAuth>(&options)) {
    return {{api_key->header, api_key->key.get().reveal()}};
  }
  return {};
}

bool is_unauthorized(const http::ClientAnswer& answer) { return answer.status == 401; }

}  // namespace

// What goes with one request.
struct Auth::Credential {
  std::vector<http::Header> headers;
  std::uint64_t token_number = 0;  // 0: it is no token

  [[nodiscard]] http::ClientRequest added_to(http::ClientRequest request) const {
    request.headers.insert(request.headers.end(), headers.begin(), headers.end());
    return request;
  }
  [[nodiscard]] bool is_same(const Credential& other) const {
    return headers.empty() || headers.front().value == other.headers.front().value;
  }
  // Its secrets, longest first: "Basic a2V5", and "a2V5" alone.
  [[nodiscard]] std::vector<std::string> secrets() const {
    std::vector<std::string> secrets;
    for (const http::Header& header : headers) {
      secrets.push_back(header.value);
      secrets.push_back(header.value.substr(header.value.find(' ') + 1));
    }
    return secrets;
  }
};

Auth::Auth(AuthOptions options, const Clock& clock) : options_(std::move(options)) {
  if (auto* oauth2 = std::get_if<OAuth2Auth>(&options_)) tokens_ = std::make_unique<Tokens>(*oauth2, clock);
}

Auth::~Auth() = default;

Task<std::variant<Auth::Credential, AttemptOutcome>> Auth::credential(http::Client& client) {
  Credential credential;
  if (!tokens_) {
    credential.headers = fixed_headers(options_);
    co_return credential;
  }
  auto getting = tokens_->get(client);
  const Tokens::Result result = co_await getting;
  if (const auto* failure = std::get_if<AttemptOutcome>(&result)) co_return *failure;
  const auto& token = std::get<Tokens::Token>(result);
  credential.headers.push_back({"Authorization", "Bearer " + token.text.reveal()});
  credential.token_number = token.number;
  co_return credential;
}

void Auth::refused(const Credential& credential) {
  if (tokens_) return tokens_->refused(credential.token_number);
  if (auto* secret = find_fixed_secret(options_)) static_cast<void>(secret->read_again());
}

void Auth::hide_credential(const Credential& credential, http::ClientResult& result) const {
  hide(credential.secrets(), result);
  if (const auto* basic = std::get_if<BasicAuth>(&options_)) hide({basic->password.get().reveal()}, result);
}

Task<std::variant<http::ClientResult, AttemptOutcome>> Auth::send(http::ClientRequest request,
                                                                  http::Client& client,
                                                                  IsRefusal is_refusal) {
  auto getting = credential(client);
  const auto first = co_await getting;
  if (const auto* failure = std::get_if<AttemptOutcome>(&first)) co_return *failure;
  const auto& used = std::get<Credential>(first);
  auto sending = client.send(used.added_to(request));
  http::ClientResult result = co_await sending;
  hide_credential(used, result);
  const auto* answer = std::get_if<http::ClientAnswer>(&result);
  if (!answer || !(is_refusal ? is_refusal(*answer) : is_unauthorized(*answer))) co_return result;

  refused(used);
  auto getting_fresh = credential(client);
  const auto second = co_await getting_fresh;
  if (const auto* failure = std::get_if<AttemptOutcome>(&second)) co_return *failure;
  const auto& fresh = std::get<Credential>(second);
  if (fresh.is_same(used)) co_return result;
  auto sending_again = client.send(fresh.added_to(std::move(request)));
  result = co_await sending_again;
  hide_credential(fresh, result);
  co_return result;
}

Task<std::optional<AttemptOutcome>> Auth::check(http::Client& client) {
  auto getting = credential(client);
  const auto result = co_await getting;
  if (const auto* failure = std::get_if<AttemptOutcome>(&result)) co_return *failure;
  co_return std::nullopt;
}

std::vector<http::Header> Auth::masked_headers() const {
  if (tokens_) return {{"Authorization", "Bearer " + std::string(kMask)}};
  auto headers = fixed_headers(options_);
  for (auto& header : headers) {
    // "Bearer" and "Basic" are no secret.
    const bool has_scheme = !std::holds_alternative<ApiKeyAuth>(options_);
    const auto scheme = has_scheme ? header.value.substr(0, header.value.find(' ') + 1) : std::string{};
    header.value = scheme + std::string(kMask);
  }
  return headers;
}

std::string Auth::advice() const {
  const auto key = setting();
  if (key.empty()) return {};
  std::string text = "`" + key + "`";
  const auto* oauth2 = std::get_if<OAuth2Auth>(&options_);
  if (oauth2 && !oauth2->where_secrets_are.empty()) text += " (" + oauth2->where_secrets_are + ")";
  return text;
}

std::string Auth::setting() const {
  if (const auto* bearer = std::get_if<BearerAuth>(&options_)) return bearer->setting;
  if (const auto* basic = std::get_if<BasicAuth>(&options_)) return basic->setting;
  if (const auto* api_key = std::get_if<ApiKeyAuth>(&options_)) return api_key->setting;
  if (const auto* oauth2 = std::get_if<OAuth2Auth>(&options_)) return oauth2->setting;
  return {};
}

}  // namespace leadspool::connector

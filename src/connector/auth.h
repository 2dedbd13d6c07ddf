// How requests to a CRM are authorised: not at all, by a fixed credential, or by a token (OAuth2 client
// credentials, RFC 6749 section 4.4).
//
// There is one token per destination: whoever needs one while it is fetched waits for that same fetch. It is
// fetched anew before it lapses (when a tenth of its life, at most 5 minutes, is left), and once after the
// CRM refused it; the secrets are read again then.
//
// Thread-safety: none; the thread that owns the connector. Coroutines that wait here may be destroyed only
// together with all others of the same Auth, after the client was told to forget_all().
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/live_secret.h"
#include "base/task.h"
#include "http/client.h"
#include "lead/attempt.h"

namespace leadspool::connector {

struct NoAuth {};
struct BearerAuth {
  LiveSecret token;
  std::string setting = "token";  // the configuration's key, for messages
};
struct BasicAuth {
  std::string username;
  LiveSecret password;
  std::string setting = "password";
};
// A header with a credential: { "X-Api-Key", ... }.
struct ApiKeyAuth {
  std::string header;
  LiveSecret key;
  std::string setting = "api_key";
};
struct OAuth2Auth {
  // Where the id and secret go: form fields of a POST, HTTP Basic with a POST, or the query of a GET
  // (Marketo).
  enum class Style { form, basic, query };

  std::string token_url;
  std::string client_id;
  LiveSecret client_secret;
  std::string scope;  // empty: none is asked for
  Style style = Style::form;
  // What a person looks for in the CRM's own screens when the secret is refused: "Azure portal > App
  // registrations > (the app) > Certificates & secrets".
  std::string where_secrets_are;
  // The configuration's keys, for messages; `client_id` and `scope` stand beside the secret.
  std::string setting = "client_secret";
  std::string address_setting = "token_url";  // "url" where the token's address is made of that
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds total_timeout{30'000};
  std::string ca_file;
};
using AuthOptions = std::variant<NoAuth, BearerAuth, BasicAuth, ApiKeyAuth, OAuth2Auth>;

// What a token endpoint's refusal means. `misconfigured` (invalid_client, invalid_grant, AADSTS7000215, a
// wrong address) concerns every lead and names the setting; 429, 5xx and temporarily_unavailable are
// `unavailable`, and so is a request that was cut, since no lead was sent. Pure.
[[nodiscard]] AttemptOutcome classify_token_answer(const http::ClientResult& result,
                                                   const OAuth2Auth& options, Time now);

class Auth {
 public:
  // `clock` outlives it.
  Auth(AuthOptions options, const Clock& clock);
  ~Auth();
  Auth(const Auth&) = delete;
  Auth& operator=(const Auth&) = delete;

  // Tells whether an answer is a refusal of the credential, after which another try with a fresh one may do.
  using IsRefusal = std::function<bool(const http::ClientAnswer&)>;

  // Authorises and sends `request`; after a refusal (status 401, unless `is_refusal` says otherwise) once
  // more, if there is a fresh credential to try: a new token, or a secret that was changed. An
  // AttemptOutcome: there was no token, so nothing was sent. Where the answer repeats the credential, it is
  // masked.
  //
  // `request` is without credentials, and `client` outlives the task.
  [[nodiscard]] Task<std::variant<http::ClientResult, AttemptOutcome>> send(http::ClientRequest request,
                                                                            http::Client& client,
                                                                            IsRefusal is_refusal = nullptr);

  // A token, fetched if need be, and nothing else: for a connector's test(). nullopt: all is well, or none is
  // needed.
  [[nodiscard]] Task<std::optional<AttemptOutcome>> check(http::Client& client);

  // What send() would add, masked: for a preview.
  [[nodiscard]] std::vector<http::Header> masked_headers() const;

  // "client_secret" and where to look for it: to be added to what a CRM says with 401.
  [[nodiscard]] std::string advice() const;
  [[nodiscard]] std::string setting() const;

 private:
  class Tokens;
  struct Credential;

  [[nodiscard]] Task<std::variant<Credential, AttemptOutcome>> credential(http::Client& client);
  void refused(const Credential& credential);
  void hide_credential(const Credential& credential, http::ClientResult& result) const;

  AuthOptions options_;
  std::unique_ptr<Tokens> tokens_;  // of OAuth2
};

}  // namespace leadspool::connector

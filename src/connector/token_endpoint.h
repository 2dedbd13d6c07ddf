// The token endpoint of OAuth2 (RFC 6749 section 4.4): what is asked of it, and the token in its answer. What
// a refusal means is in token_refusal.cc.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>

#include "base/secret.h"
#include "base/time.h"
#include "connector/auth.h"
#include "http/client.h"

namespace leadspool::connector {

struct FetchedToken {
  Secret text;
  std::optional<Milliseconds> life;  // nullopt: it holds until it is refused
};

[[nodiscard]] http::ClientRequest token_request(const OAuth2Auth& options);

// nullopt when there is none in it, or one that does not fit into a header.
[[nodiscard]] std::optional<FetchedToken> read_token(const http::ClientAnswer& answer);

// The credential of HTTP Basic (RFC 7617).
[[nodiscard]] std::string basic_credential(std::string_view user, std::string_view password);

}  // namespace leadspool::connector

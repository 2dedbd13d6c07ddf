#include "connector/webhook_signature.h"

#include "base/digest.h"

namespace leadspool::connector {

std::optional<Secret> signing_key(const Secret& configured) {
  constexpr std::string_view kPrefix = "whsec_";
  const std::string& text = configured.reveal();
  if (!text.starts_with(kPrefix)) return configured;
  auto bytes = from_base64(std::string_view(text).substr(kPrefix.size()));
  if (!bytes || bytes->empty()) return std::nullopt;
  return Secret(std::move(*bytes));
}

std::string webhook_signature(const Secret& key, std::string_view id, std::int64_t unix_seconds,
                              std::string_view body) {
  std::string signed_text{id};
  signed_text += '.';
  signed_text += std::to_string(unix_seconds);
  signed_text += '.';
  signed_text += body;
  return "v1," + to_base64(hmac_sha256(key.reveal(), signed_text));
}

}  // namespace leadspool::connector

#include "app/admin_token_config.h"

#include <algorithm>
#include <string>

namespace leadspool::app {
namespace {

// Whom audit rows name for the socket beside the store.
constexpr auto kSocketCaller = "cli";

void read_hash(ConfigSection& section, const std::vector<admin::AdminToken>& others,
               admin::AdminToken& token) {
  const auto* written = section.find("sha256");
  if (written == nullptr || std::holds_alternative<TomlArray>(written->held)) {
    section.error("sha256", "must be there, one hash: `leadspool token NAME` makes a token and its hash");
    return;
  }
  const auto hashes = section.hashes("sha256");
  if (hashes.empty()) return;
  token.sha256 = hashes.front();
  for (const auto& other : others) {
    if (other.sha256 != token.sha256) continue;
    section.error("sha256",
                  "is that of the token `" + other.name + "` above; every name needs a token of its own");
    return;
  }
}

}  // namespace

admin::AdminToken read_admin_token(ConfigSection& section, const std::vector<admin::AdminToken>& others) {
  admin::AdminToken token;
  token.name = section.text("name").value_or("");
  if (token.name == kNamelessToken || token.name == kSocketCaller) {
    section.error("name", "`" + token.name + "` is taken: it stands for " +
                              (token.name == kSocketCaller ? "commands on this machine" : "token_sha256"));
  }
  read_hash(section, others, token);
  token.role = section.one_of<admin::Role>("role", token.role,
                                           {{"read", admin::Role::read}, {"operate", admin::Role::operate}});
  section.refuse_unknown();
  return token;
}

}  // namespace leadspool::app

#include "app/new_config.h"

#include <string_view>

#include <nlohmann/json.hpp>

namespace leadspool::app {
namespace {

// JSON's strings are TOML's as well.
std::string line(std::string_view key, std::string_view value) {
  return std::string(key) + " = " + nlohmann::json(value).dump() + "\n";
}

}  // namespace

std::string to_toml(const NewConfig& config) {
  return "# Leadspool's configuration. All keys there are: " + config.examples +
         "/leadspool.toml\n"
         "# `leadspool check` finds what is wrong with it. Paths are relative to this file.\n"
         "\n"
         "[store]\n" +
         line("path", config.store) +
         "\n"
         "[backup]\n"
         "# A copy of the store every day, each one looked through; the last seven are kept. Best on another "
         "disk.\n" +
         line("folder", config.backup_folder) +
         "\n"
         "[receiver]\n"
         "# Where the marketplace posts leads. For the internet: \"0.0.0.0:443\", a certificate that the "
         "world trusts,\n"
         "# and the name it is for in public_url.\n" +
         line("listen", config.receiver_listen) +
         (config.public_url.empty() ? "# public_url = \"https://leads.contoso.com\"\n"
                                    : line("public_url", config.public_url)) +
         line("certificate", "certificate.pem") + line("private_key", "private_key.pem") +
         "\n"
         "[admin]\n" +
         line("listen", config.admin_listen) + "# Of the token in admin_token.txt.\n" +
         line("token_sha256", config.token_hash) +
         "\n"
         "[[source]]\n" +
         line("name", "marketplace") +
         "# Of the key in lead_url.txt; `leadspool key marketplace` makes another one.\n"
         "key_sha256 = [\"" +
         config.key_hash +
         "\"]\n"
         "\n"
         "# The CRM. This is `leadspool simulate-crm --listen " +
         config.crm_listen +
         "`; put your own in its place.\n"
         "# What to set up in each kind of CRM, and the lines to copy: " +
         config.examples +
         "/destinations\n"
         "[[destination]]\n" +
         line("name", "crm") + line("type", "webhook") +
         line("url", "http://" + config.crm_listen + "/leads");
}

}  // namespace leadspool::app

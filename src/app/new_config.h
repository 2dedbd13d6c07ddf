// The text of the configuration that `leadspool init` writes.
//
// Thread-safety: any thread.
#pragma once

#include <string>

namespace leadspool::app {

struct NewConfig {
  std::string store;  // a path, as the next one
  std::string backup_folder;
  std::string receiver_listen;  // "0.0.0.0:443"
  std::string public_url;       // empty: none
  std::string admin_listen;
  std::string crm_listen;  // where `leadspool simulate-crm` would stand for the CRM
  std::string examples;    // the folder with the files of config/, as a person finds it
  std::string key_hash;    // of the source's key
  std::string token_hash;  // of the admin token
};

[[nodiscard]] std::string to_toml(const NewConfig& config);

}  // namespace leadspool::app

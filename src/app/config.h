// The configuration: one TOML file, read at start and at each reload. config/leadspool.toml tells every key
// with its unit, default and reason; a file is refused with all of its mistakes at once.
//
// Only this folder knows it; every other part is handed an options struct of its own.
//
// Thread-safety: a value; read_config(), any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "admin/admin_token.h"
#include "alert/alert_options.h"
#include "app/config_secret.h"
#include "app/config_section.h"
#include "app/connector_types.h"
#include "app/listen_address.h"
#include "base/log.h"
#include "lead/transition.h"
#include "lead/wanted_leads.h"
#include "receiver/receiver.h"

namespace leadspool::app {

struct StoreConfig {
  std::string path;
  std::int64_t minimum_free_mib = 64;
  std::int64_t retention_delivered_days = 90;  // 0: for ever
};

struct ReceiverConfig {
  ListenAddress listen{"0.0.0.0", 443};
  std::string public_url;   // without a slash at its end; empty: made from `listen`
  std::string certificate;  // a path; empty: plain HTTP, on a loopback address only
  std::string private_key;
  std::int64_t max_body_kib = 256;
  std::int64_t dedupe_window_hours = 24;  // 0: nothing is a duplicate
  std::int64_t max_connections = 512;
  std::int64_t max_connections_per_address = 128;
  std::vector<std::string> trusted_proxies;  // addresses and networks
};

struct AdminConfig {
  ListenAddress listen{"127.0.0.1", 8'444};
  std::vector<admin::AdminToken> tokens;
};

struct LogConfig {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::text;
};

// Copies of the store, made and looked through by the service.
struct BackupConfig {
  std::string folder;  // a path; empty: none are made
  std::int64_t every_hours = 24;
  std::int64_t keep = 7;  // so many; older ones are removed
};

struct SourceConfig : receiver::Source {
  // So long without a lead is told of; 0: never.
  std::int64_t silence_hours = 0;
};

struct DestinationConfig {
  std::string name;
  std::string type;
  ConnectorConfig connector;
  RetryPolicy retry;
  int max_in_flight = 16;
  std::optional<double> rate_per_second;
  WantedLeads wanted;

  // Longer than everything one attempt may take.
  [[nodiscard]] std::chrono::milliseconds lease() const;
};

struct Config {
  std::string file;
  StoreConfig store;
  ReceiverConfig receiver;
  AdminConfig admin;
  LogConfig log;
  BackupConfig backup;
  alert::AlertOptions alert;
  std::vector<SourceConfig> sources;
  std::vector<DestinationConfig> destinations;
  std::vector<ConfigError> warnings;      // the file is usable, but look at these
  std::vector<std::string> secret_files;  // paths
};

// Where leads of `source` are posted, without the key: "https://leads.contoso.com/leads/marketplace".
[[nodiscard]] std::string lead_url(const ReceiverConfig& receiver, std::string_view source);

using ConfigReading = std::variant<Config, std::vector<ConfigError>>;

// Paths in the file are relative to the file's folder; those in Config are ready for use. The errors are in
// the order of the file.
[[nodiscard]] ConfigReading read_config(const std::string& path, Secrets secrets);

// The section [store] alone, as far as it can be told, whatever mistakes the file has: so that a running
// service is found by a file that was spoilt since. Not for working on the store.
[[nodiscard]] std::optional<StoreConfig> read_store_config(const std::string& path);

}  // namespace leadspool::app

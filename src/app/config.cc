#include "app/config.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "app/admin_token_config.h"
#include "app/alert_config.h"
#include "app/config_secret.h"
#include "app/destination_config.h"
#include "app/packaged_config.h"
#include "app/shell_word.h"
#include "app/source_config.h"
#include "app/text_file.h"
#include "base/ip_address.h"
#include "http/client.h"
#include "http/server.h"

namespace leadspool::app {
namespace {

const TomlTable kNothing;

constexpr std::int64_t kYear_h = 8'760;

// The section `[name]`; an absent one reads as an empty one, whose missing keys are reported where it would
// be.
ConfigSection section_of(ConfigSection& file, const std::string& name, ConfigFindings& findings) {
  const auto* table = file.table(name);
  return {table != nullptr ? *table : kNothing, file.place_of(name), name, findings};
}

StoreConfig read_store(ConfigSection section, const ReadingContext& context) {
  StoreConfig store;
  store.path = context.resolve(section.text("path").value_or("leadspool.db"));
  if (store.path.empty()) section.error("path", "must not be empty");
  store.minimum_free_mib = section.whole_number("minimum_free_mib", store.minimum_free_mib, 0, 1'048'576);
  store.retention_delivered_days =
      section.whole_number("retention_delivered_days", store.retention_delivered_days, 0, 36'500);
  section.refuse_unknown();
  return store;
}

ListenAddress read_listen(ConfigSection& section, ListenAddress fallback) {
  const auto text = section.text("listen");
  if (!text) return fallback;
  const auto parsed = parse_listen_address(*text);
  if (const auto* address = std::get_if<ListenAddress>(&parsed)) return *address;
  section.error("listen", std::get<std::string>(parsed));
  // One mistake is told once: this stands for an address of which no more can be said.
  return {"localhost", 0};
}

std::string read_public_url(ConfigSection& section) {
  auto url = section.text("public_url").value_or("");
  while (url.ends_with('/')) url.pop_back();
  const bool has_more = url.find_first_of("?# ") != std::string::npos;
  if (!url.empty() && (!http::is_allowed_url(url) || has_more)) {
    section.error("public_url",
                  "must be what stands before /leads/ in the URL for Partner Center, like "
                  "\"https://leads.contoso.com\"");
  }
  return url;
}

std::vector<std::string> read_proxies(ConfigSection& section) {
  auto proxies = section.texts("trusted_proxies");
  for (const auto& proxy : proxies) {
    if (Network::parse(proxy)) continue;
    section.error("trusted_proxies",
                  "`" + proxy + "` is neither an address nor a network like \"10.0.0.0/8\"");
  }
  return proxies;
}

ReceiverConfig read_receiver(ConfigSection section, const ReadingContext& context) {
  ReceiverConfig receiver;
  receiver.listen = read_listen(section, receiver.listen);
  receiver.public_url = read_public_url(section);
  receiver.certificate = context.resolve(section.text("certificate").value_or(""));
  receiver.private_key = context.resolve(section.text("private_key").value_or(""));
  receiver.max_body_kib = section.whole_number("max_body_kib", receiver.max_body_kib, 1, 16'384);
  receiver.dedupe_window_hours =
      section.whole_number("dedupe_window_hours", receiver.dedupe_window_hours, 0, kYear_h);
  receiver.max_connections = section.whole_number("max_connections", receiver.max_connections, 8, 16'384);
  receiver.max_connections_per_address =
      section.whole_number("max_connections_per_address", receiver.max_connections_per_address, 1, 16'384);
  receiver.trusted_proxies = read_proxies(section);
  section.refuse_unknown();
  if (receiver.certificate.empty() != receiver.private_key.empty()) {
    section.error(receiver.certificate.empty() ? "private_key" : "certificate",
                  std::string("needs ") + (receiver.certificate.empty() ? "`certificate`" : "`private_key`") +
                      " beside it");
  } else if (receiver.certificate.empty() && !http::is_loopback(receiver.listen.host)) {
    section.error(
        "listen",
        to_string(receiver.listen) +
            " can be reached from elsewhere, and keys must not travel over plain HTTP; set "
            "`certificate` and `private_key`, or listen on 127.0.0.1 behind a proxy that speaks TLS");
  }
  return receiver;
}

LogConfig read_log(ConfigSection section) {
  LogConfig log;
  log.level = section.one_of<LogLevel>("level", log.level,
                                       {{"debug", LogLevel::debug},
                                        {"info", LogLevel::info},
                                        {"warn", LogLevel::warn},
                                        {"error", LogLevel::error},
                                        {"off", LogLevel::off}});
  log.format =
      section.one_of<LogFormat>("format", log.format, {{"text", LogFormat::text}, {"json", LogFormat::json}});
  section.refuse_unknown();
  return log;
}

BackupConfig read_backup(ConfigSection section, const ReadingContext& context) {
  BackupConfig backup;
  backup.folder = context.resolve(section.text("folder").value_or(""));
  backup.every_hours = section.whole_number("every_hours", backup.every_hours, 1, kYear_h);
  backup.keep = section.whole_number("keep", backup.keep, 1, 1'000);
  section.refuse_unknown();
  return backup;
}

// Names stand in URLs, logs and commands.
void check_name(ConfigSection& section, const std::string& name, std::set<std::string>& taken) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (section.find("name") == nullptr) {
    section.error("name", "missing: a name of small letters, digits and dashes");
  } else if (name.empty() || name.size() > 64 || !plain) {
    section.error("name", "must be 1 to 64 small letters, digits and dashes");
  } else if (!taken.insert(name).second) {
    section.error("name", "`" + name + "` is taken by another one above; every name must be its own");
  }
}

// Calls `read` with each table of `[[title]]`, which stands at `name` in `file`.
template <typename Read>
void for_each_table(ConfigSection& file, const std::string& name, const std::string& title,
                    ConfigFindings& findings, Read read) {
  const auto* value = file.find(name);
  if (value == nullptr) return;
  const auto* array = std::get_if<TomlArray>(&value->held);
  if (array == nullptr) {
    file.error(name, "must be written with double brackets: [[" + title + "]]");
    return;
  }
  std::set<std::string> taken;
  for (const auto& element : *array) {
    const auto* table = std::get_if<TomlTable>(&element.held);
    if (table == nullptr) {
      file.error_at(element.place, name, "must be written with double brackets: [[" + title + "]]");
      continue;
    }
    ConfigSection section(*table, element.place, title, findings);
    check_name(section, read(section), taken);
  }
}

AdminConfig read_admin(ConfigSection section, ConfigFindings& findings) {
  AdminConfig admin;
  admin.listen = read_listen(section, admin.listen);
  for (const auto& hash : section.hashes("token_sha256")) admin.tokens.push_back({kNamelessToken, hash});
  for_each_table(section, "token", "admin.token", findings, [&](ConfigSection& table) {
    return admin.tokens.emplace_back(read_admin_token(table, admin.tokens)).name;
  });
  section.refuse_unknown();
  if (!http::is_loopback(admin.listen.host)) {
    section.error("listen",
                  to_string(admin.listen) +
                      " can be reached from elsewhere, and this listener speaks plain HTTP; listen on "
                      "127.0.0.1, and put a proxy that speaks TLS before it");
  }
  return admin;
}

void refuse_one_address_for_both(const Config& config, ConfigSection& file) {
  const auto& listen = config.receiver.listen;
  if (listen.port == 0 || !(listen == config.admin.listen)) return;
  file.error("admin",
             "listens on " + to_string(listen) + ", as the receiver does: give one of them another port");
}

Config read_tables(const TomlTable& table, const ReadingContext& context, ConfigFindings& findings) {
  ConfigSection file(table, TomlPlace{}, "", findings);
  Config config;
  config.file = findings.file;
  config.store = read_store(section_of(file, "store", findings), context);
  config.receiver = read_receiver(section_of(file, "receiver", findings), context);
  config.admin = read_admin(section_of(file, "admin", findings), findings);
  config.log = read_log(section_of(file, "log", findings));
  config.backup = read_backup(section_of(file, "backup", findings), context);
  auto alert = section_of(file, "alert", findings);
  config.alert = read_alert(alert, context);
  refuse_one_address_for_both(config, file);
  for_each_table(file, "source", "source", findings, [&](ConfigSection& section) {
    return config.sources.emplace_back(read_source(section, context)).name;
  });
  for_each_table(file, "destination", "destination", findings, [&](ConfigSection& section) {
    return config.destinations.emplace_back(read_destination(section, context)).name;
  });
  if (file.find("source") == nullptr) file.error("source", "missing: at least one [[source]] is needed");
  if (config.destinations.empty()) {
    file.warning("destination", "there is none: leads are stored, but sent nowhere");
  }
  if (config.admin.tokens.empty()) {
    file.warning("admin.token_sha256", "there is none: the admin listener refuses every call");
  }
  file.refuse_unknown();
  return config;
}

// Of a file with a slip in it, the lines before.
std::optional<TomlTable> read_what_is_toml(const std::string& text) {
  auto toml = read_toml(text);
  if (const auto* error = std::get_if<TomlSyntaxError>(&toml)) {
    std::size_t end = 0;
    for (int line = 1; line < error->place.line && end != std::string::npos; ++line)
      end = text.find('\n', end + 1);
    toml = read_toml(std::string_view(text).substr(0, end));
  }
  if (auto* table = std::get_if<TomlTable>(&toml)) return std::move(*table);
  return std::nullopt;
}

ReadingContext context_of(const std::string& path, Secrets secrets) {
  return {std::filesystem::path(path).parent_path().string(), secrets};
}

}  // namespace

std::string lead_url(const ReceiverConfig& receiver, std::string_view source) {
  const std::string scheme = receiver.certificate.empty() ? "http://" : "https://";
  const std::string base =
      receiver.public_url.empty() ? scheme + to_string(receiver.listen) : receiver.public_url;
  return base + "/leads/" + std::string(source);
}

ConfigReading read_config(const std::string& path, Secrets secrets) {
  const auto text = read_text_file(path);
  if (const auto* why_not = std::get_if<UnreadableFile>(&text)) {
    return std::vector{ConfigError{path, 1, 1, "", "this file " + why_not->reason, "leadspool init DIR"}};
  }
  if (is_packaged_config(std::get<std::string>(text))) {
    const auto folder = std::filesystem::absolute(path).parent_path().string();
    return std::vector{
        ConfigError{path, 1, 1, "",
                    "Leadspool is not set up yet; it needs the name under which the marketplace reaches this "
                    "machine",
                    "sudo leadspool init " + shell_word(folder) + " --public-url https://leads.contoso.com"}};
  }
  const auto toml = read_toml(std::get<std::string>(text));
  if (const auto* error = std::get_if<TomlSyntaxError>(&toml)) {
    return std::vector{ConfigError{path, error->place.line, error->place.column, "", error->message, {}}};
  }
  ConfigFindings findings{path, {}, {}, {}};
  Config config = read_tables(std::get<TomlTable>(toml), context_of(path, secrets), findings);
  if (!findings.errors.empty()) {
    std::stable_sort(findings.errors.begin(), findings.errors.end(),
                     [](const ConfigError& a, const ConfigError& b) {
                       return TomlPlace{a.line, a.column} < TomlPlace{b.line, b.column};
                     });
    return findings.errors;
  }
  config.warnings = std::move(findings.warnings);
  config.secret_files = std::move(findings.secret_files);
  return config;
}

std::optional<StoreConfig> read_store_config(const std::string& path) {
  const auto text = read_text_file(path);
  if (!std::holds_alternative<std::string>(text)) return std::nullopt;
  const auto table = read_what_is_toml(std::get<std::string>(text));
  if (!table) return std::nullopt;
  ConfigFindings ignored{path, {}, {}, {}};
  ConfigSection file(*table, TomlPlace{}, "", ignored);
  StoreConfig store = read_store(section_of(file, "store", ignored), context_of(path, Secrets::leave));
  if (store.path.empty()) return std::nullopt;
  return store;
}

}  // namespace leadspool::app

#include "app/check_command.h"

#include <algorithm>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "app/command_line.h"
#include "app/crm_config.h"
#include "app/service.h"
#include "app/status_page.h"
#include "app/text_table.h"
#include "base/clock.h"
#include "http/server.h"
#include "http/tls_context.h"
#include "outbox/store.h"

namespace leadspool::app {
namespace {

enum class Level { ok, warn, fail };

struct Finding {
  Level level;
  std::string what;
  std::string mend;  // empty when there is nothing to mend
};
using Findings = std::vector<Finding>;

constexpr const char* kLevels[] = {"ok", "warn", "fail"};

bool others_may_read(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0;
}

void check_validity(const std::string& file, const http::CertificateValidity& validity, Time now,
                    Findings& findings) {
  const std::string mend = "renew it; the service takes the new files by itself";
  if (validity.from > now) {
    findings.push_back({Level::fail,
                        "certificate " + file + " is valid from " + to_rfc3339(validity.from) + " only",
                        "set the clock right, or wait"});
  } else if (validity.until <= now) {
    findings.push_back(
        {Level::fail, "certificate " + file + " expired on " + to_rfc3339(validity.until), mend});
  } else if (validity.until - now < kExpiresSoon) {
    findings.push_back(
        {Level::warn, "certificate " + file + " expires on " + to_rfc3339(validity.until), mend});
  } else {
    findings.push_back(
        {Level::ok, "certificate " + file + " is valid until " + to_rfc3339(validity.until), ""});
  }
}

void check_who_accepts(const ReceiverConfig& receiver, const http::TlsContext& context, Findings& findings) {
  if (receiver.public_url.empty()) return;
  const auto host = host_of(receiver.public_url);
  if (!context.is_for(host)) {
    findings.push_back({Level::fail,
                        "certificate " + receiver.certificate + " is not for " + host +
                            ", the name in [receiver] public_url, so the marketplace will not connect",
                        "get a certificate for that name, or mend public_url"});
  } else if (context.is_self_signed()) {
    findings.push_back(
        {Level::warn,
         "certificate " + receiver.certificate + " is signed by itself, so the marketplace will not trust it",
         "fine behind a proxy that speaks TLS; else get one from an authority"});
  }
}

void check_certificate(const ReceiverConfig& receiver, Findings& findings) {
  if (receiver.certificate.empty()) {
    findings.push_back({Level::warn, "the receiver speaks plain HTTP on " + to_string(receiver.listen),
                        "fine behind a proxy that speaks TLS; else set `certificate` and `private_key`"});
    return;
  }
  try {
    const http::TlsContext context(receiver.certificate, receiver.private_key);
    findings.push_back(
        {Level::ok, "certificate " + receiver.certificate + " and its private key belong together", ""});
    check_validity(receiver.certificate, context.validity(), SystemClock().now(), findings);
    check_who_accepts(receiver, context, findings);
  } catch (const http::CertificateError& error) {
    findings.push_back({Level::fail, error.what(), "name a PEM chain and its key in [receiver]"});
  }
  if (others_may_read(receiver.private_key)) {
    findings.push_back({Level::warn, "every user may read the private key " + receiver.private_key,
                        "chmod 600 " + receiver.private_key});
  }
}

void check_public_url(const ReceiverConfig& receiver, Findings& findings) {
  if (receiver.public_url.empty() && !http::is_loopback(receiver.listen.host)) {
    findings.push_back(
        {Level::warn,
         "[receiver] public_url is not set, so `leadspool key` cannot print the URL for Partner Center",
         "set it to what stands before /leads/, like \"https://leads.contoso.com\""});
  }
}

void check_space(const StoreConfig& store, const std::filesystem::path& folder, Findings& findings) {
  std::error_code failure;
  const auto space = std::filesystem::space(folder, failure);
  if (failure) return;
  const auto free_mib = static_cast<std::int64_t>(space.available >> 20);
  const std::string what = std::to_string(free_mib) + " MiB free beside the store";
  if (free_mib < store.minimum_free_mib) {
    findings.push_back(
        {Level::fail, what + ", fewer than minimum_free_mib, so new leads are refused", "make room there"});
  } else if (free_mib < 10 * store.minimum_free_mib) {
    findings.push_back({Level::warn,
                        what + "; below " + std::to_string(store.minimum_free_mib) + " new leads are refused",
                        "make room there"});
  } else {
    findings.push_back({Level::ok, what, ""});
  }
}

void check_lock(const StoreConfig& store, bool running, Findings& findings) {
  if (running) {
    findings.push_back({Level::ok, "the service runs and answers on " + admin_socket(store), ""});
    return;
  }
  // Taking the lock would make its file; without the file nobody holds it.
  if (!std::filesystem::exists(store.path + ".lock")) return;
  try {
    const outbox::StoreLock lock(store.path);
    findings.push_back({Level::ok, "no process holds the store: the service does not run", ""});
  } catch (const outbox::StoreError& error) {
    findings.push_back({Level::fail, error.what(), "it does not answer on " + admin_socket(store)});
  }
}

void check_schema(const StoreConfig& store, Findings& findings) {
  if (!std::filesystem::exists(store.path)) {
    findings.push_back(
        {Level::ok, "the store " + store.path + " does not exist yet; `serve` creates it", ""});
    return;
  }
  try {
    const int version = outbox::stored_schema_version(store.path);
    const bool current = version == outbox::schema_version();
    findings.push_back(
        {current ? Level::ok : Level::warn,
         "the store " + store.path + " has schema version " + std::to_string(version),
         current ? "" : "`serve` brings it up to date, or do it now with `leadspool migrate`"});
  } catch (const outbox::StoreError& error) {
    findings.push_back({Level::fail, error.what(), ""});
  }
}

void check_store(const StoreConfig& store, bool running, Findings& findings) {
  const auto parent = std::filesystem::path(store.path).parent_path();
  const auto folder = parent.empty() ? std::filesystem::path(".") : parent;
  if (!std::filesystem::is_directory(folder)) {
    findings.push_back({Level::fail, "the store's folder " + folder.string() + " does not exist",
                        "mkdir -m 700 " + folder.string()});
    return;
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    findings.push_back({Level::fail, "this user may not write in the store's folder " + folder.string(),
                        "run as the service's user, or give the folder to it"});
  }
  check_lock(store, running, findings);
  check_schema(store, findings);
  check_space(store, folder, findings);
}

void check_listener(const std::string& name, const ListenAddress& listen, Findings& findings) {
  const http::Router nothing;
  http::ServerOptions options;
  options.address = listen.host;
  options.port = listen.port;
  try {
    http::Server server(options, nothing);
    server.start();
    findings.push_back({Level::ok, name + " can listen on " + to_string(listen), ""});
  } catch (const http::BindError& error) {
    findings.push_back({Level::fail, name + ": " + error.what(), "free that address, or change `listen`"});
  }
}

void check_destination(const DestinationConfig& destination, Findings& findings) {
  const std::string what = "destination " + destination.name + " (" + destination.type + ")";
  const auto& ca_file = destination.connector.ca_file;
  if (!ca_file.empty() && access(ca_file.c_str(), R_OK) != 0) {
    findings.push_back({Level::fail, what + ": cannot read ca_file " + ca_file,
                        "name a PEM bundle that this user may read"});
  } else if (destination.connector.without_tls) {
    findings.push_back({Level::warn, what + " is on this machine, without TLS",
                        "fine for a simulated CRM, or a server of your own here"});
  } else {
    findings.push_back({Level::ok, what, ""});
  }
}

Findings check(const Config& config) {
  Findings findings{{Level::ok, "configuration " + config.file, ""}};
  for (const auto& warning : config.warnings) findings.push_back({Level::warn, to_string(warning), ""});
  check_certificate(config.receiver, findings);
  check_public_url(config.receiver, findings);
  const bool running = service_answers(config.store);
  check_store(config.store, running, findings);
  if (!running) {
    check_listener("the receiver", config.receiver.listen, findings);
    check_listener("the admin listener", config.admin.listen, findings);
  }
  for (const auto& destination : config.destinations) check_destination(destination, findings);
  return findings;
}

std::string findings_json(const Findings& findings) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& [level, what, mend] : findings) {
    list.push_back({{"level", kLevels[static_cast<std::size_t>(level)]}, {"what", what}, {"mend", mend}});
  }
  return nlohmann::ordered_json{{"findings", std::move(list)}}.dump() + "\n";
}

std::string findings_text(const Findings& findings) {
  std::string text;
  for (const auto& [level, what, mend] : findings) {
    std::string word = kLevels[static_cast<std::size_t>(level)];
    word.resize(6, ' ');
    text += word + printable(what) + (mend.empty() ? "" : "  ->  " + printable(mend)) + "\n";
  }
  return text;
}

int check(const CommandLine& line) {
  const auto check_config = [&](const Config& config) -> int {
    const auto findings = check(config);
    print(line.json() ? findings_json(findings) : findings_text(findings));
    const bool failed = std::any_of(findings.begin(), findings.end(),
                                    [](const Finding& each) { return each.level == Level::fail; });
    return failed ? kFailed : kDone;
  };
  if (!line.json()) return line.with_config(Secrets::read, check_config);
  return line.with_config(Secrets::read, check_config, [](const std::vector<ConfigError>& mistakes) {
    Findings findings;
    for (const auto& each : mistakes) findings.push_back({Level::fail, to_string(each), ""});
    print(findings_json(findings));
  });
}

}  // namespace

void add_check_command(CommandLine& line) {
  auto& command =
      line.add("check",
               "Checks configuration, certificate, store, disk and addresses, and tells how to mend what "
               "is wrong.",
               "  leadspool check --config /etc/leadspool/leadspool.toml");
  line.add_config_option(command);
  line.add_json_option(command);
  line.on_call(command, [&line] { return check(line); });
}

}  // namespace leadspool::app

#include "app/check_status.h"

#include <cstdint>

#include <nlohmann/json.hpp>

#include "app/shell_word.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::json;

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

void check_service_trouble(const CheckScope& scope, const Json& status, Findings& findings) {
  if (const auto& trouble = status["store"]["trouble"]; !trouble.is_null()) {
    findings.fail("store_trouble", "the service can store nothing: " + text_of(trouble),
                  "mend that; the service goes on by itself");
  }
  const auto& certificate = status["certificate"];
  if (!certificate.is_null() && !certificate["problem"].is_null()) {
    findings.fail(
        "certificate_not_taken",
        "the service does not serve the certificate that the files hold: " + text_of(certificate["problem"]),
        "put a certificate and its key into " + scope.config.receiver.certificate + " and " +
            scope.config.receiver.private_key + "; the service takes them by itself");
  }
  const auto& config = status["config"];
  if (config.is_null()) return;
  if (!config["errors"].empty()) {
    findings.fail("reload_refused",
                  "the last reload was refused, and the configuration of " + text_of(config["loaded_at"]) +
                      " is in force: " + text_of(config["errors"].front()),
                  our_command(scope, "reload"));
  }
  for (const auto& key : config["restart_needed"]) {
    findings.warn("restart_needed",
                  text_of(key) + " was changed in the file, and takes a restart to be in force",
                  "systemctl restart leadspool, or stop `leadspool serve` and start it again");
  }
}

void check_backup_trouble(const CheckScope& scope, const Json& status, Findings& findings) {
  const auto& backup = status["backup"];
  if (backup.is_null() || backup["problem"].is_null()) return;
  findings.fail("backup", "the last copy of the store could not be made: " + text_of(backup["problem"]),
                "mend that, then: " + our_command(scope, "backups make"));
}

void check_dead_letters(const CheckScope& scope, const Json& status, Findings& findings) {
  const auto dead = status["deliveries"]["dead"].get<std::int64_t>();
  if (dead == 0) return;
  findings.warn(
      "dead_letters",
      std::to_string(dead) + (dead == 1 ? " dead letter waits" : " dead letters wait") + " for a person",
      our_command(scope, "dead") + " shows why, and the commands that try them again");
}

void check_health(const CheckScope& scope, const Json& destination, Findings& findings) {
  if (!destination["configured"].get<bool>()) return;
  const auto name = destination["name"].get<std::string>();
  const auto health = destination["health"].get<std::string>();
  const std::string reason = destination["reason"].is_null() ? "" : ": " + text_of(destination["reason"]);
  if (const auto& paused = destination["paused"]; !paused.is_null()) {
    findings.warn("destination_paused",
                  "destination " + name + " was paused by " + text_of(paused["by"]) + " at " +
                      text_of(paused["at"]) + ", so its leads wait",
                  our_command(scope, "destinations resume " + shell_word(name)));
  } else if (health == "down") {
    findings.warn("destination_health", "destination " + name + " is down, and its leads wait" + reason,
                  "nothing, if that passes; else " +
                      our_command(scope, "destinations test " + shell_word(name)) + " tells more");
  } else if (health == "misconfigured") {
    findings.fail("destination_health",
                  "destination " + name + " is misconfigured, and its leads wait" + reason,
                  our_command(scope, "destinations test " + shell_word(name)) + " tells what to change");
  }
}

}  // namespace

void check_status(const CheckScope& scope, const std::string& status_json, Findings& findings) {
  const auto status = Json::parse(status_json);
  check_service_trouble(scope, status, findings);
  check_backup_trouble(scope, status, findings);
  check_dead_letters(scope, status, findings);
  for (const auto& destination : status["destinations"]) check_health(scope, destination, findings);
}

}  // namespace leadspool::app

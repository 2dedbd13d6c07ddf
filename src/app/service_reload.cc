// Taking on another configuration while the service runs.
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

#include "app/alert_facts.h"
#include "app/config_change.h"
#include "app/part_options.h"
#include "app/service_manager.h"
#include "app/service_parts.h"
#include "base/log.h"

namespace leadspool::app {
namespace {

std::vector<std::string> texts_of(const std::vector<ConfigError>& findings) {
  std::vector<std::string> texts;
  for (const auto& each : findings) texts.push_back(to_string(each));
  return texts;
}

}  // namespace

admin::ReloadReport Service::Parts::reload() {
  const std::lock_guard lock(reload_mutex_);
  tell_reloading();
  auto report = try_to_take_on();
  tell_ready();
  return report;
}

admin::ReloadReport Service::Parts::try_to_take_on() {
  // Whatever goes wrong, the service goes on with what it has.
  try {
    return take_on_anew();
  } catch (const std::exception& failure) {
    return refuse({failure.what()});
  }
}

admin::ReloadReport Service::Parts::refuse(std::vector<std::string> errors) {
  for (const auto& error : errors) {
    log_error("config_refused", {{"error", error}, {"consequence", "the old configuration stays in force"}});
  }
  auto status = *config_status_.get();
  status.errors = errors;
  config_status_.set(std::move(status));
  return {.done = false, .errors = std::move(errors), .warnings = {}, .restart_needed = {}};
}

admin::ReloadReport Service::Parts::take_on_anew() {
  auto reading = read_config(started_.file, Secrets::read);
  if (const auto* errors = std::get_if<std::vector<ConfigError>>(&reading)) return refuse(texts_of(*errors));
  auto [config, restart_needed] = take_on(*config_.get(), std::get<Config>(std::move(reading)));
  admin::ReloadReport report{
      .done = true, .errors = {}, .warnings = texts_of(config.warnings), .restart_needed = restart_needed};
  admin::ConfigStatus status{config.file, clock_.now(), {}, std::move(restart_needed)};
  auto destinations = make_destinations(config, clock_);
  auto receiver = receiver_options(config);

  // The last one that can refuse; after it all goes through.
  certificate_.take_on(config.receiver);
  set_log_level(config.log.level);
  intake_.set_minimum_free(minimum_free_bytes(config.store));
  token_admin_.set_tokens(config.admin.tokens);
  worker_.reconfigure(std::move(destinations));
  keeper_.reconfigure(upkeep_rules(config.store));
  backups_.reconfigure(backup_rules(config));
  receiver_.reconfigure(std::move(receiver));
  watch_.reconfigure(alert_options(config));
  log_info("reloaded", {{"file", config.file},
                        {"sources", config.sources.size()},
                        {"destinations", config.destinations.size()}});
  for (const auto& warning : report.warnings) log_warn("config", {{"warning", warning}});
  for (const auto& key : report.restart_needed) log_warn("restart_needed", {{"key", key}});
  config_status_.set(std::move(status));
  config_.set(std::move(config));
  return report;
}

void Service::Parts::look_after_certificate() {
  // A reload that is under way looks at the certificate itself, and must not hold up the caller.
  const std::unique_lock lock(reload_mutex_, std::try_to_lock);
  if (lock) certificate_.look();
}

}  // namespace leadspool::app

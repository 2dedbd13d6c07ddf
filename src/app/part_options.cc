#include "app/part_options.h"

#include <algorithm>
#include <memory>

namespace leadspool::app {
namespace {

std::vector<receiver::Route> routes(const Config& config) {
  std::vector<receiver::Route> routes;
  for (const auto& destination : config.destinations)
    routes.push_back({destination.name, destination.wanted});
  return routes;
}

// None when the lead's source is not configured any more.
std::vector<outbox::NewDelivery> deliveries_among(const Config& config,
                                                  const std::vector<receiver::Route>& among,
                                                  const Lead& lead) {
  for (const auto& configured : config.sources) {
    if (configured.name != lead.source) continue;
    return receiver::new_deliveries(configured, among,
                                    {lead.disposition, lead.disposition_reason, lead.fields});
  }
  return {};
}

std::size_t max_body_bytes(const ReceiverConfig& receiver) {
  return static_cast<std::size_t>(receiver.max_body_kib) * 1024;
}

std::string word_of(receiver::Rule rule) { return rule == receiver::Rule::deliver ? "deliver" : "hold"; }

}  // namespace

receiver::ReceiverOptions receiver_options(const Config& config) {
  receiver::ReceiverOptions options;
  options.sources = {config.sources.begin(), config.sources.end()};
  options.routes = routes(config);
  options.dedupe_window = std::chrono::hours{config.receiver.dedupe_window_hours};
  options.max_body_bytes = max_body_bytes(config.receiver);
  return options;
}

http::ServerOptions receiver_listener(const ReceiverConfig& receiver) {
  http::ServerOptions options;
  options.address = receiver.listen.host;
  options.port = receiver.listen.port;
  options.certificate_file = receiver.certificate;
  options.private_key_file = receiver.private_key;
  options.max_body_bytes = max_body_bytes(receiver);
  options.max_connections = static_cast<std::size_t>(receiver.max_connections);
  options.max_connections_per_address = static_cast<std::size_t>(receiver.max_connections_per_address);
  options.trusted_proxies = receiver.trusted_proxies;
  return options;
}

http::ServerOptions admin_listener(const AdminConfig& admin) {
  http::ServerOptions options;
  options.address = admin.listen.host;
  options.port = admin.listen.port;
  return options;
}

std::uint64_t minimum_free_bytes(const StoreConfig& store) {
  return static_cast<std::uint64_t>(store.minimum_free_mib) << 20;
}

outbox::UpkeepRules upkeep_rules(const StoreConfig& store) {
  if (store.retention_delivered_days == 0) return {};
  return {.keep_delivered = std::chrono::days{store.retention_delivered_days}};
}

upkeep::BackupRules backup_rules(const Config& config) {
  upkeep::BackupRules rules;
  rules.store = config.store.path;
  rules.folder = config.backup.folder;
  rules.every = std::chrono::hours{config.backup.every_hours};
  rules.keep = static_cast<std::size_t>(config.backup.keep);
  rules.minimum_free_bytes = minimum_free_bytes(config.store);
  return rules;
}

std::vector<delivery::Destination> make_destinations(const Config& config, const Clock& clock) {
  std::vector<delivery::Destination> destinations;
  for (const auto& configured : config.destinations) {
    delivery::Destination destination;
    destination.name = configured.name;
    destination.connector = configured.connector.make(clock);
    destination.retry = configured.retry;
    destination.max_in_flight = configured.max_in_flight;
    destination.rate_per_second = configured.rate_per_second;
    destination.lease = configured.lease();
    destinations.push_back(std::move(destination));
  }
  return destinations;
}

std::vector<admin::DestinationStatus> describe(const Config& config, const delivery::Worker* worker) {
  std::vector<admin::DestinationStatus> all;
  for (const auto& destination : config.destinations) {
    all.push_back({destination.name, destination.type, std::nullopt});
  }
  if (worker == nullptr) return all;
  for (const auto& [name, health] : worker->health()) {
    const auto at = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == name; });
    if (at == all.end()) continue;
    at->health = admin::HealthStatus{.condition = health.condition,
                                     .since = health.since,
                                     .reason = health.reason,
                                     .next_probe = health.next_probe,
                                     .in_flight = health.in_flight};
  }
  return all;
}

std::vector<admin::SourceStatus> describe_sources(const Config& config) {
  std::vector<admin::SourceStatus> all;
  for (const auto& source : config.sources) {
    all.push_back({.name = source.name,
                   .url = lead_url(config.receiver, source.name),
                   .keys = static_cast<int>(source.key_hashes.size()),
                   .silence_hours = source.silence_hours,
                   .test_leads = word_of(source.test_leads),
                   .do_not_contact = word_of(source.do_not_contact)});
  }
  return all;
}

std::vector<outbox::NewDelivery> new_deliveries(const Config& config, const Lead& lead) {
  return deliveries_among(config, routes(config), lead);
}

bool is_configured(const Config& config, const std::string& destination) {
  return std::any_of(config.destinations.begin(), config.destinations.end(),
                     [&](const auto& each) { return each.name == destination; });
}

bool wants(const Config& config, const std::string& destination, const Lead& lead) {
  for (const auto& configured : config.destinations) {
    if (configured.name != destination) continue;
    const auto deliveries = deliveries_among(config, {{configured.name, configured.wanted}}, lead);
    return !deliveries.empty() && !deliveries.front().held_reason;
  }
  return false;
}

}  // namespace leadspool::app

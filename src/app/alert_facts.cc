#include "app/alert_facts.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <unistd.h>

#include "app/part_options.h"
#include "app/status_page.h"
#include "outbox/store.h"

namespace leadspool::app {
namespace {

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

// The destination's, which is made if it is not there yet: it may have dead letters and nothing else.
alert::DestinationFacts& facts_of(alert::Facts& facts, const Config& config, const std::string& name) {
  auto& all = facts.destinations;
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == name; });
  if (at != all.end()) return *at;
  auto& made = all.emplace_back();
  made.name = name;
  made.configured = is_configured(config, name);
  return made;
}

void read_store(alert::Facts& facts, const Config& config, outbox::Overview& overview) {
  for (auto& known : overview.destinations()) {
    auto& destination = facts_of(facts, config, known.name);
    destination.record = std::move(known.record);
    destination.oldest_waiting_received_at = known.oldest_waiting_received_at;
  }
  for (const auto& dead : overview.dead_counts()) {
    auto& destination = facts_of(facts, config, dead.destination);
    destination.dead = dead.count;
    destination.first_dead_at = dead.first;
  }
  for (const auto& [source, at] : overview.last_received()) facts.last_received[source] = at;
  facts.unrouted = overview.unrouted();
}

std::optional<alert::BackupFacts> backup_facts(const admin::BackupsStatus& backups) {
  // Before the first look into the folder nobody knows how old the newest is.
  if (backups.folder.empty() || (!backups.next_at && backups.problem.empty())) return std::nullopt;
  alert::BackupFacts facts;
  facts.folder = backups.folder;
  facts.every = std::chrono::hours{backups.every_hours};
  if (backups.newest) facts.newest_at = backups.newest->made_at;
  facts.problem = backups.problem;
  facts.failing_since = backups.failing_since;
  return facts;
}

}  // namespace

alert::AlertOptions alert_options(const Config& config) {
  auto options = config.alert;
  options.host = host_name();
  options.limits.certificate_expires_soon = kExpiresSoon;
  options.limits.minimum_free_bytes = minimum_free_bytes(config.store);
  for (const auto& source : config.sources) {
    if (source.silence_hours > 0)
      options.limits.silence[source.name] = std::chrono::hours{source.silence_hours};
  }
  return options;
}

alert::Facts alert_facts(const Config& config, outbox::Overview& overview,
                         const admin::ServiceView& service) {
  alert::Facts facts;
  try {
    read_store(facts, config, overview);
  } catch (const outbox::StoreError& failure) {
    facts = {};
    facts.unread_store = failure.what();
  }
  if (service.store_trouble) facts.store_trouble = service.store_trouble();
  if (service.certificate) {
    if (auto certificate = service.certificate()) {
      facts.certificate = alert::CertificateFacts{certificate->file, certificate->valid_until,
                                                  std::move(certificate->problem)};
    }
  }
  if (service.backups) facts.backup = backup_facts(service.backups());
  std::error_code unknown;
  const auto folder = std::filesystem::absolute(config.store.path).parent_path();
  if (const auto space = std::filesystem::space(folder, unknown); !unknown)
    facts.free_bytes = space.available;
  return facts;
}

}  // namespace leadspool::app

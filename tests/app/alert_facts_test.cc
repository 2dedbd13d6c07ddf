// What the watch is told: gathered from a real store and a service that a test makes up.
#include "app/alert_facts.h"

#include <filesystem>

#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool::app {
namespace {

Config config_of(const test::StoreFixture& store) {
  Config config;
  config.store.path = store.path;
  config.destinations.push_back({});
  config.destinations.back().name = "crm";
  return config;
}

}  // namespace

TEST_CASE("the facts tell dead letters, what waits, and when each source sent its last lead") {
  test::StoreFixture store;
  const Time start = store.clock.now();
  store.place(State::dead);
  store.clock.advance(std::chrono::minutes{5});
  store.place(State::dead);
  store.place(State::pending);
  store.add_lead("Other", "gone");
  const auto facts = alert_facts(config_of(store), store.overview, {});
  REQUIRE_FALSE(facts.unread_store);
  REQUIRE_FALSE(facts.store_trouble);
  REQUIRE_FALSE(facts.certificate);
  REQUIRE(facts.free_bytes);
  REQUIRE(facts.destinations.size() == 2);
  for (const auto& destination : facts.destinations) {
    const bool is_crm = destination.name == "crm";
    REQUIRE(destination.configured == is_crm);
    REQUIRE(destination.dead == (is_crm ? 2 : 0));
    REQUIRE(destination.first_dead_at == (is_crm ? std::optional{start} : std::nullopt));
    REQUIRE(destination.oldest_waiting_received_at == store.clock.now());
  }
  REQUIRE(facts.last_received == std::map<std::string, Time>{{"marketplace", store.clock.now()}});
  REQUIRE(facts.unrouted == 0);
}

TEST_CASE("the facts tell what the service says of its store and its certificate") {
  test::StoreFixture store;
  admin::ServiceView service;
  service.store_trouble = [] { return std::optional<std::string>("disk I/O error"); };
  service.certificate = [&] {
    return std::optional{admin::CertificateStatus{"certificate.pem", store.clock.now(), "no key"}};
  };
  const auto facts = alert_facts(config_of(store), store.overview, service);
  REQUIRE(facts.store_trouble == "disk I/O error");
  REQUIRE(facts.certificate->file == "certificate.pem");
  REQUIRE(facts.certificate->valid_until == store.clock.now());
  REQUIRE(facts.certificate->problem == "no key");
}

TEST_CASE("the facts tell of backups where copies are made") {
  test::StoreFixture store;
  admin::ServiceView service;
  admin::BackupsStatus backups;
  service.backups = [&] { return backups; };
  REQUIRE_FALSE(alert_facts(config_of(store), store.overview, service).backup);
  backups.folder = "/var/backups";
  backups.every_hours = 12;
  REQUIRE_FALSE(alert_facts(config_of(store), store.overview, service).backup);
  backups.problem = "no room";
  backups.failing_since = store.clock.now();
  auto facts = alert_facts(config_of(store), store.overview, service);
  REQUIRE(facts.backup->folder == "/var/backups");
  REQUIRE(facts.backup->every == std::chrono::hours{12});
  REQUIRE(facts.backup->problem == "no room");
  REQUIRE(facts.backup->failing_since == store.clock.now());
  REQUIRE_FALSE(facts.backup->newest_at);
  backups.newest = admin::BackupCopy{"/var/backups/one.db", store.clock.now(), 1};
  facts = alert_facts(config_of(store), store.overview, service);
  REQUIRE(facts.backup->newest_at == store.clock.now());
}

}  // namespace leadspool::app

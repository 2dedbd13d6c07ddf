// The store's disk is full, and has room again: the service refuses leads meanwhile, loses none that it
// acknowledged, and gets over it without a restart. The disk is a small tmpfs, so root is needed.
#include <filesystem>

#include "fault/lead_service.h"
#include "fault/mounted_disk.h"
#include "fault/store_check.h"
#include "fault/text.h"
#include "outbox/overview.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

constexpr int kAccepted = 202;
constexpr int kRefused = 503;

std::int64_t delivered(const LeadService& service) {
  std::int64_t sum = 0;
  for (const auto& count : outbox::Overview(service.store()).status().deliveries) {
    if (count.state == State::delivered) sum += count.count;
  }
  return sum;
}

std::int64_t stored(const LeadService& service) { return outbox::Overview(service.store()).status().leads; }

void post_until(LeadService& service, int status) {
  wait_until("the answer is " + std::to_string(status), [&] { return service.post() == status; });
}

// What must hold whatever happened: now, and for the next start.
void require_sound(LeadService& service) {
  service.kill();
  REQUIRE(faults_of_store(service.store(), service.acknowledged()) == std::vector<std::string>{});
}

}  // namespace

TEST_CASE("a full disk refuses leads, loses none, and takes them again once there is room") {
  const auto disk = MountedDisk::in_memory(16);
  if (!disk) {
    WARN("SKIPPED: mounting is not permitted here");
    return;
  }
  LeadService service(disk->path());
  service.start_crm();
  service.start();
  for (int i = 0; i < 20; ++i) REQUIRE(service.post() == kAccepted);
  for (int round = 0; round < 3; ++round) {
    disk->fill_up(0);
    post_until(service, kRefused);
    disk->make_room();
    post_until(service, kAccepted);
    for (int i = 0; i < 20; ++i) REQUIRE(service.post() == kAccepted);
  }
  // Those accepted while it filled up, too.
  wait_until("all is delivered", [&] { return delivered(service) == stored(service); });
  require_sound(service);
}

TEST_CASE("below the floor of free space leads are refused and deliveries go on") {
  const auto disk = MountedDisk::in_memory(32);
  if (!disk) {
    WARN("SKIPPED: mounting is not permitted here");
    return;
  }
  LeadService service(disk->path(), 8);
  service.start_crm(R"({"mode":"throttle","count":2})");
  service.start();
  REQUIRE(service.post() == kAccepted);
  disk->fill_up(7 * 1024);
  REQUIRE(service.post() == kRefused);
  wait_until("what was accepted is delivered", [&] { return delivered(service) == 1; });
  REQUIRE(service.post() == kRefused);
  REQUIRE(stored(service) == 1);

  disk->make_room();
  REQUIRE(service.post() == kAccepted);
  require_sound(service);
}

TEST_CASE("an acknowledgement before the commit is found out by a full disk") {
  for (const std::string sabotage : {"none", "early"}) {
    const auto disk = MountedDisk::in_memory(1);
    if (!disk) {
      WARN("SKIPPED: mounting is not permitted here");
      return;
    }
    TemporaryFolder folder;
    const auto ended = run({LEADSPOOL_OUTBOX_DRIVER, disk->file("leads.db"), folder.file("acknowledged"),
                            "--leads", "300", "--sabotage", sabotage});
    REQUIRE(ended.code == 1);  // the last lead was not accepted
    const auto acknowledged = content_of(folder.file("acknowledged"));
    // Looked at where there is room, because opening it writes too.
    for (const char* name : {"leads.db", "leads.db-wal"}) {
      std::filesystem::copy(disk->file(name), folder.file(name));
    }
    const auto faults = faults_of_store(folder.file("leads.db"), acknowledged);
    INFO(sabotage << ": " << (faults.empty() ? "no fault" : faults.front()));
    REQUIRE(faults.empty() == (sabotage == "none"));
  }
}

}  // namespace leadspool::test

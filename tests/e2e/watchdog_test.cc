// The service under a service manager: what it tells it, and that it falls silent when its disk hangs.
#include <chrono>
#include <filesystem>

#include <signal.h>

#include "e2e/installation.h"
#include "e2e/load.h"
#include "e2e/stored_leads.h"
#include "support/catch.h"
#include "support/notify_socket.h"
#include "support/sample_leads.h"

namespace leadspool::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kWatchdogTime = 6s;

ProcessOptions watched_by(const NotifySocket& manager) {
  return {
      .environment = {manager.variable(),
                      "WATCHDOG_USEC=" + std::to_string(std::chrono::microseconds(kWatchdogTime).count())}};
}

void wait_for_signs_of_life(const NotifySocket& manager) {
  for (int sign = 0; sign < 3; ++sign) manager.wait_for("WATCHDOG=1");
}

// What a manager goes by: nothing was heard for the whole of its time.
bool falls_silent(const NotifySocket& manager) {
  constexpr int kMostSigns = 60;
  for (int sign = 0; sign < kMostSigns; ++sign) {
    if (!manager.next(kWatchdogTime)) return true;
  }
  return false;
}

// Its syncs do not return while there is a file `sign`.
ProcessOptions on_a_disk_that_hangs(const NotifySocket& manager, const std::string& sign) {
  auto options = watched_by(manager);
  options.environment.insert(options.environment.end(),
                             {"LD_PRELOAD=" LEADSPOOL_HUNG_DISK_LIBRARY, "LEADSPOOL_HUNG_DISK=" + sign,
                              // The address sanitizer wants to be loaded first, but can do without.
                              "ASAN_OPTIONS=verify_asan_link_order=0"});
  return options;
}

}  // namespace

TEST_CASE("a service manager is told of the start, of reloads and of the end") {
  Installation leadspool;
  const NotifySocket manager(leadspool.file("notify"));
  leadspool.serve({.environment = {manager.variable()}});
  manager.wait_for("READY=1");
  leadspool.service().signal(SIGHUP);
  wait_until("a reload is told", [&] {
    const auto told = manager.next(50ms);
    return told && told->starts_with("RELOADING=1\nMONOTONIC_USEC=");
  });
  manager.wait_for("READY=1");
  REQUIRE(leadspool.stop().code == 0);
  manager.wait_for("STOPPING=1");
  // It asked for no signs of life.
  while (const auto told = manager.next(0ms)) REQUIRE(*told != "WATCHDOG=1");
}

TEST_CASE("a disk that hangs silences the service, and its restart loses nothing") {
  Installation leadspool;
  const NotifySocket manager(leadspool.file("notify"));
  const auto sign = leadspool.file("hung");
  leadspool.serve(on_a_disk_that_hangs(manager, sign));
  wait_for_signs_of_life(manager);  // idle
  Load load({.url = leadspool.lead_url(), .ca_file = leadspool.file("certificate.pem")});
  load.start();
  load.wait_for(20);
  wait_for_signs_of_life(manager);  // at work

  leadspool.write("hung", "");
  REQUIRE(falls_silent(manager));
  leadspool.service().wait_for_output("a write to the store has taken");
  wait_until("readiness tells it", [&] {
    const auto ready = leadspool.admin("GET", "/readyz");
    return ready.status == 503 && ready.body.find("a write to the store has taken") != std::string::npos;
  });

  leadspool.kill();
  load.stop();
  std::filesystem::remove(sign);
  leadspool.serve(watched_by(manager));
  wait_for_signs_of_life(manager);
  require_all(StoredLeads(leadspool), load);
  REQUIRE(leadspool.stop().code == 0);
}

TEST_CASE("a disk that hangs for a moment costs nobody the service") {
  Installation leadspool;
  const NotifySocket manager(leadspool.file("notify"));
  const auto sign = leadspool.file("hung");
  leadspool.serve(on_a_disk_that_hangs(manager, sign));
  Load load({.url = leadspool.lead_url(), .ca_file = leadspool.file("certificate.pem")});
  load.start();
  load.wait_for(20);
  leadspool.write("hung", "");
  leadspool.service().wait_for_output(" stuck ");
  std::filesystem::remove(sign);
  leadspool.service().wait_for_output(" moves_on ");
  wait_for_signs_of_life(manager);
  load.wait_for(20);
  load.stop();
  REQUIRE(load.failures().empty());
  REQUIRE(leadspool.stop().code == 0);
}

}  // namespace leadspool::test

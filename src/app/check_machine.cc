#include "app/check_machine.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <sys/stat.h>

#include "app/shell_word.h"
#include "base/clock_sync.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::json;

// This program is younger; so is whatever runs it.
constexpr Time kWrittenIn = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
// What clocks of two machines that both are right may differ by, and more.
constexpr std::chrono::minutes kTolerance{2};

const std::string& mend_of_clock() {
  static const std::string mend = "timedatectl set-ntp true";
  return mend;
}

std::optional<Time> changed_at(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return Time{std::chrono::seconds{status.st_mtim.tv_sec} + Milliseconds{status.st_mtim.tv_nsec / 1'000'000}};
}

std::optional<Time> newest_lead(const std::string& status_json) {
  if (status_json.empty()) return std::nullopt;
  const auto status = Json::parse(status_json);
  const auto& at = status["last_received_at"];
  return at.is_string() ? from_rfc3339(at.get<std::string>()) : std::nullopt;
}

// Whether anything bears a time that is still to come.
bool check_future(const CheckScope& scope, const std::string& status_json, Time now, Findings& findings) {
  const auto& store = scope.config.store.path;
  if (const auto lead = newest_lead(status_json); lead && *lead > now + kTolerance) {
    findings.fail("clock",
                  "the newest lead came at " + to_rfc3339(*lead) + ", but this machine's clock says " +
                      to_rfc3339(now) + ": it is wrong, or was",
                  mend_of_clock());
    return true;
  }
  for (const auto& file : {store, store + "-wal"}) {
    const auto changed = changed_at(file);
    if (!changed || *changed <= now + kTolerance) continue;
    findings.fail("clock",
                  file + " was written at " + to_rfc3339(*changed) + ", but this machine's clock says " +
                      to_rfc3339(now) + ": it is wrong, or was",
                  mend_of_clock() + "; if the clock is right now: touch " + shell_word(file));
    return true;
  }
  return false;
}

}  // namespace

void check_clock(const CheckScope& scope, const std::string& status_json, Findings& findings) {
  const Time now = scope.clock.now();
  if (now < kWrittenIn) {
    findings.fail("clock",
                  "this machine's clock says " + to_rfc3339(now) + ", before this program was written",
                  mend_of_clock());
  } else if (!check_future(scope, status_json, now, findings)) {
    findings.ok("clock", "this machine's clock says " + to_rfc3339(now));
  }
  if (clock_sync() == ClockSync::adrift) {
    findings.warn("clock_sync", "nothing keeps this machine's clock right, as far as the kernel knows",
                  "apt-get install systemd-timesyncd && timedatectl set-ntp true");
  }
}

void check_limits(const CheckScope& scope, Findings& findings) {
  // The service has its own, which are not ours to see.
  if (scope.running) return;
  // Of the store, the listeners, the admin's connections and the destinations'.
  constexpr std::int64_t kBesideConnections = 256;
  const auto needed = scope.config.receiver.max_connections + kBesideConnections;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  if (limit.rlim_max != RLIM_INFINITY && std::cmp_less(limit.rlim_max, needed)) {
    findings.warn("limits",
                  "a process may have " + std::to_string(limit.rlim_max) +
                      " open files here, and the service may need " + std::to_string(needed),
                  "start it with LimitNOFILE=" + std::to_string(needed) +
                      " in its unit, or lower [receiver] "
                      "max_connections" +
                      in_the_file(scope));
  }
}

}  // namespace leadspool::app

#include "app/service_manager.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <string_view>

#include <systemd/sd-daemon.h>

#include "base/clock.h"
#include "http/server.h"

namespace leadspool::app {
namespace {

constexpr int kTakeFromEnvironment = 1;

// systemd's own words for a socket that was given no name, and the name of our package's socket unit, which
// is what one without FileDescriptorName= is called.
constexpr std::string_view kNames[] = {"receiver", "leadspool.socket", "unknown", ""};

struct FreeNames {
  void operator()(char** names) const {
    for (char** each = names; *each != nullptr; ++each) std::free(*each);
    std::free(names);
  }
};

void tell(const std::string& lines) { sd_notify(0, lines.c_str()); }

}  // namespace

std::optional<int> take_receiver_socket() {
  char** raw_names = nullptr;
  const int count = sd_listen_fds_with_names(kTakeFromEnvironment, &raw_names);
  const std::unique_ptr<char*, FreeNames> names(raw_names);
  if (count == 0) return std::nullopt;
  if (count < 0) {
    throw http::BindError(
        "cannot take over the sockets that were handed down: LISTEN_FDS or LISTEN_FDNAMES "
        "in the environment is not what a service manager writes");
  }
  if (count > 1) {
    throw http::BindError(
        std::to_string(count) +
        " sockets were handed down, but the receiver listens on one; leave one ListenStream= in "
        "the socket unit (a port alone, such as 443, takes IPv4 and IPv6)");
  }
  const std::string_view name = names ? *names : std::string_view();
  if (std::find(std::begin(kNames), std::end(kNames), name) == std::end(kNames)) {
    throw http::BindError("a socket named \"" + std::string(name) +
                          "\" was handed down, which is not known here; the receiver's has "
                          "FileDescriptorName=receiver in its socket unit");
  }
  return SD_LISTEN_FDS_START;
}

std::optional<std::chrono::milliseconds> take_watchdog_time() {
  std::uint64_t limit_us = 0;
  if (sd_watchdog_enabled(kTakeFromEnvironment, &limit_us) <= 0) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::microseconds(limit_us));
}

void tell_doing(const std::string& words) { tell("STATUS=" + words); }

void tell_ready() { tell("READY=1"); }

void tell_reloading() {
  const auto now = std::chrono::microseconds(SystemClock().steady_now().time_since_epoch());
  tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count()));
}

void tell_stopping() { tell("STOPPING=1"); }

void tell_alive() { tell("WATCHDOG=1"); }

}  // namespace leadspool::app

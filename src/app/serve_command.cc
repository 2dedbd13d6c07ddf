#include "app/serve_command.h"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "app/command_line.h"
#include "app/process_setup.h"
#include "app/service.h"
#include "app/service_manager.h"
#include "app/signals.h"
#include "app/watchdog.h"
#include "base/log.h"

namespace leadspool::app {
namespace {

constexpr std::chrono::seconds kCertificateLook{2};

void run_until_stopped(Service& service, const Signals& signals) {
  Watchdog watchdog(service);
  const auto longest_wait = std::min<std::chrono::milliseconds>(kCertificateLook, watchdog.look_every());
  for (;;) {
    watchdog.look();
    const auto signal = signals.wait(longest_wait);
    if (!signal) {
      service.look_after_certificate();
    } else if (*signal == SIGHUP) {
      (void)service.reload();  // it tells the log
    } else {
      return;
    }
  }
}

int serve(Config config) {
  set_up_log(config.log.level, config.log.format);
  for (const auto& warning : config.warnings) log_warn("config", {{"warning", to_string(warning)}});
  raise_descriptor_limit();
  const auto receiver_socket = take_receiver_socket();
  const Signals signals({SIGTERM, SIGINT, SIGHUP});
  {
    Service service(std::move(config), receiver_socket);
    service.start();
    tell_ready();
    run_until_stopped(service, signals);
    tell_stopping();
    log_info("stopping");
    service.stop();
  }
  log_info("stopped");
  return kDone;
}

}  // namespace

void add_serve_command(CommandLine& line) {
  auto& command = line.add("serve", "Runs the service: receives leads, keeps them and delivers them.",
                           "  leadspool serve --config /etc/leadspool/leadspool.toml");
  line.add_config_option(command);
  line.on_call(command, [&line] { return line.with_config(Secrets::read, serve); });
}

}  // namespace leadspool::app

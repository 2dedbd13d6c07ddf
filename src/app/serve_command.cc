#include "app/serve_command.h"

#include <CLI/CLI.hpp>

#include "app/command_line.h"
#include "app/process_setup.h"
#include "app/service.h"
#include "base/log.h"
#include "base/wake_signal.h"

namespace leadspool::app {
namespace {

int serve(Config config) {
  set_up_log(config.log.level, config.log.format);
  for (const auto& warning : config.warnings) log_warn("config", {{"warning", to_string(warning)}});
  raise_descriptor_limit();
  // For the whole process: a late signal must find it.
  static WakeSignal stop;
  stop_on_signals(stop);
  {
    Service service(std::move(config));
    service.start();
    stop.wait();
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

#include "app/check_ports.h"

#include <fstream>

#include "app/port_holder.h"
#include "http/server.h"

namespace leadspool::app {
namespace {

// Below it only root may listen, or who was given the right.
int first_open_port() {
  std::ifstream file("/proc/sys/net/ipv4/ip_unprivileged_port_start");
  int port = 1'024;
  file >> port;
  return port;
}

bool is_service_manager(const PortHolder& holder) { return holder.pid == 1 && holder.name == "systemd"; }

struct Listener {
  std::string name;     // in the findings
  std::string title;    // for people
  std::string section;  // of the configuration
  ListenAddress listen;
};

void tell_refused(const CheckScope& scope, const Listener& listener, const std::string& why,
                  Findings& findings) {
  const auto holder = port_holder(listener.listen.port);
  const std::string another = "set [" + listener.section + "] listen to another address" + in_the_file(scope);
  if (holder && is_service_manager(*holder)) {
    findings.ok(listener.name, "systemd holds " + to_string(listener.listen) + " for " + listener.title +
                                   ", and hands it over when the service starts");
  } else if (holder) {
    findings.fail(
        listener.name,
        listener.title + ": " + why + ": " + holder->name + " (pid " + std::to_string(holder->pid) + ")",
        "kill " + std::to_string(holder->pid) + ", if " + holder->name + " is not needed there; else " +
            another);
  } else {
    findings.fail(listener.name, listener.title + ": " + why,
                  "stop what listens there (`sudo ss -ltnp` shows it); or " + another);
  }
}

void check_port(const CheckScope& scope, const Listener& listener, Findings& findings) {
  const auto& [host, port] = listener.listen;
  const std::string where = to_string(listener.listen);
  if (const auto& user = scope.service; port > 0 && port < first_open_port() && !user.is_root()) {
    const auto holder = port_holder(port);
    if (!holder || !is_service_manager(*holder)) {
      findings.warn(listener.name,
                    listener.title + ": port " + std::to_string(port) + " takes a right that the user " +
                        user.name + " has only from its unit, or not at all",
                    "systemctl enable --now leadspool.socket, which opens port 443 for it; or set [" +
                        listener.section + "] listen to a port from " + std::to_string(first_open_port()) +
                        " on" + in_the_file(scope));
      return;
    }
  }
  const http::Router nothing;
  http::ServerOptions options;
  options.address = host;
  options.port = port;
  try {
    http::Server server(options, nothing);
    server.start();
    findings.ok(listener.name, listener.title + " can listen on " + where);
  } catch (const http::BindError& error) {
    tell_refused(scope, listener, error.what(), findings);
  }
}

}  // namespace

void check_ports(const CheckScope& scope, Findings& findings) {
  const Listener receiver{"receiver_port", "the receiver", "receiver", scope.config.receiver.listen};
  const Listener admin{"admin_port", "the admin listener", "admin", scope.config.admin.listen};
  for (const auto& listener : {receiver, admin}) {
    if (scope.running || scope.silent) {
      findings.ok(listener.name,
                  listener.title + " is the running service's, on " + to_string(listener.listen));
    } else {
      check_port(scope, listener, findings);
    }
  }
}

}  // namespace leadspool::app

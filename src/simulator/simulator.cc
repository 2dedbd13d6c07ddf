#include "simulator/simulator.h"

#include <utility>

#include "simulator/guide.h"

namespace leadspool::simulator {
namespace {

http::ServerOptions server_options(const SimulatorOptions& options) {
  http::ServerOptions server;
  server.address = options.address;
  server.port = options.port;
  server.certificate_file = options.certificate_file;
  server.private_key_file = options.private_key_file;
  // A lead grows a little on its way through a mapping.
  server.max_body_bytes = 1024 * 1024;
  return server;
}

void add_guide(http::Router& router, const SimulatorOptions& options) {
  const std::string scheme = options.certificate_file.empty() ? "http://" : "https://";
  router.add("GET", "/", [scheme](const http::Request& request) {
    return http::Response{.content_type = "text/plain; charset=utf-8",
                          .body = how_to_use(scheme + std::string(request.header("Host")))};
  });
}

}  // namespace

Simulator::Simulator(SimulatorOptions options, const Clock& clock, Random& random)
    : crm_(options.crm, clock, random),
      dynamics365_(clock, random),
      salesforce_(clock, random),
      hubspot_(clock, random),
      marketo_(clock, random),
      odoo_(clock, random),
      azure_table_(clock, random),
      server_(server_options(options), router_) {
  add_guide(router_, options);
  crm_.add_routes(router_);
  dynamics365_.add_routes(router_, "/dynamics365");
  salesforce_.add_routes(router_, "/salesforce");
  hubspot_.add_routes(router_, "/hubspot");
  marketo_.add_routes(router_, "/marketo");
  odoo_.add_routes(router_, "/odoo");
  azure_table_.add_routes(router_, "/azure_table");
}

Simulator::~Simulator() { stop(); }

void Simulator::start() { server_.start(); }

void Simulator::stop() {
  crm_.interrupt();
  dynamics365_.interrupt();
  salesforce_.interrupt();
  hubspot_.interrupt();
  marketo_.interrupt();
  odoo_.interrupt();
  azure_table_.interrupt();
  server_.stop();
}

}  // namespace leadspool::simulator

#include "simulator/simulator.h"

#include <utility>

namespace leadspool::simulator {
namespace {

http::ServerOptions server_options(const SimulatorOptions& options) {
  http::ServerOptions server;
  server.address = options.address;
  server.port = options.port;
  // A lead grows a little on its way through a mapping.
  server.max_body_bytes = 1024 * 1024;
  return server;
}

}  // namespace

Simulator::Simulator(SimulatorOptions options, const Clock& clock, Random& random)
    : crm_(options.crm, clock, random), server_(server_options(options), router_) {
  crm_.add_routes(router_);
}

Simulator::~Simulator() { stop(); }

void Simulator::start() { server_.start(); }

void Simulator::stop() {
  crm_.interrupt();
  server_.stop();
}

}  // namespace leadspool::simulator

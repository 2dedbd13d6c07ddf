// The server that scripts/bench measures: the receiver's listener as `leadspool serve` composes it, without a
// worker, on a loopback address and a store of its own. It logs as the service does by default.
//
//   null            the same server and route; the answer is a constant 202, nothing is parsed or stored
//   durable         Receiver, Intake and Committer on a store in FOLDER
//   one-per-commit  the same with a commit for each lead
//
// Prints its port, then runs until SIGTERM.
//
// usage: accept_server null|durable|one-per-commit FOLDER KEY
#include <csignal>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/digest.h"
#include "base/random.h"
#include "http/self_signed.h"
#include "http/server.h"
#include "outbox/committer.h"
#include "outbox/intake.h"
#include "outbox/store.h"
#include "receiver/receiver.h"

namespace leadspool {
namespace {

// As long as a true receipt.
constexpr const char* kReceipt =
    R"({"id":"0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f","status":"accepted","sha256":")"
    R"(e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"})";

class DurableParts {
 public:
  DurableParts(const std::string& store, const std::string& key, bool one_per_commit)
      : lock_(store),
        committer_(committer_options(store, one_per_commit)),
        intake_({}, store, committer_, clock_, random_),
        receiver_(
            {.sources = {{.name = "marketplace", .key_hashes = {sha256(key)}}}, .routes = {{"crm", {}}}},
            intake_, clock_) {}

  void add_routes(http::Router& router) { receiver_.add_routes(router); }

 private:
  static outbox::CommitterOptions committer_options(const std::string& store, bool one_per_commit) {
    outbox::migrate(store);
    outbox::CommitterOptions options;
    options.path = store;
    if (one_per_commit) options.max_batch = 1;
    return options;
  }

  SystemClock clock_;
  SystemRandom random_;
  outbox::StoreLock lock_;
  outbox::Committer committer_;
  outbox::Intake intake_;
  receiver::Receiver receiver_;
};

http::ServerOptions listener(const std::string& folder) {
  const auto made = http::make_self_signed({"127.0.0.1"}, SystemClock().now(), 2);
  http::ServerOptions options;
  options.address = "127.0.0.1";
  options.certificate_file = folder + "/certificate.pem";
  options.private_key_file = folder + "/private_key.pem";
  std::ofstream(options.certificate_file) << made.certificate_pem;
  std::ofstream(options.private_key_file) << made.private_key_pem;
  return options;
}

int run(const std::string& mode, const std::string& folder, const std::string& key) {
  std::signal(SIGPIPE, SIG_IGN);
  // Before any thread starts, so that all of them leave it to sigwait() below.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);

  http::Router routes;
  std::optional<DurableParts> durable;
  if (mode == "null") {
    routes.add("POST", "/leads/{source}",
               [](const http::Request&) { return http::Response{.status = 202, .body = kReceipt}; });
  } else {
    durable.emplace(folder + "/leads.db", key, mode == "one-per-commit");
    durable->add_routes(routes);
  }
  http::Server server(listener(folder), routes);
  server.start();
  std::printf("%d\n", server.port());
  std::fflush(stdout);
  int received = 0;
  sigwait(&stop, &received);
  server.stop();
  return 0;
}

}  // namespace
}  // namespace leadspool

int main(int argc, char** argv) {
  const std::string mode = argc == 4 ? argv[1] : "";
  if (mode != "null" && mode != "durable" && mode != "one-per-commit") {
    std::fputs("usage: accept_server null|durable|one-per-commit FOLDER KEY\n", stderr);
    return 2;
  }
  return leadspool::run(mode, argv[2], argv[3]);
}

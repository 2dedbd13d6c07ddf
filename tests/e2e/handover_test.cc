// A receiver on a socket that was handed down, as systemd does it: the service is restarted under load, and
// nobody is refused.
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "e2e/installation.h"
#include "e2e/load.h"
#include "e2e/stored_leads.h"
#include "support/catch.h"
#include "support/sample_leads.h"

namespace leadspool::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// What a service manager holds for the service.
class HeldSocket {
 public:
  explicit HeldSocket(int port, in_addr_t address = INADDR_LOOPBACK, int type = SOCK_STREAM)
      : socket_(socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in bound{};
    bound.sin_family = AF_INET;
    bound.sin_port = htons(static_cast<std::uint16_t>(port));
    bound.sin_addr.s_addr = htonl(address);
    REQUIRE(bind(socket_, reinterpret_cast<const sockaddr*>(&bound), sizeof bound) == 0);
    if (type == SOCK_STREAM) REQUIRE(listen(socket_, 1'024) == 0);
  }
  ~HeldSocket() { close(socket_); }
  HeldSocket(const HeldSocket&) = delete;
  HeldSocket& operator=(const HeldSocket&) = delete;

  [[nodiscard]] ProcessOptions handed_down(const std::string& name = "receiver") const {
    return {.listening_socket = socket_, .listening_socket_name = name};
  }

 private:
  int socket_;
};

Ended refused_start(const Installation& leadspool, const ProcessOptions& options) {
  return leadspool.leadspool({"serve"}, options);
}

}  // namespace

TEST_CASE("the service restarts under load without one request refused or failed") {
  Installation leadspool;
  leadspool.simulate_crm();
  const HeldSocket socket(leadspool.port());
  leadspool.serve(socket.handed_down());
  const auto ca_file = leadspool.file("certificate.pem");
  Load fresh({.url = leadspool.lead_url(), .ca_file = ca_file, .new_connections = true});
  Load kept({.url = leadspool.lead_url(), .ca_file = ca_file, .first_number = 1'000'000});
  fresh.start();
  kept.start();
  for (int round = 0; round < 3; ++round) {
    fresh.wait_for(30);
    kept.wait_for(30);
    REQUIRE(leadspool.stop().code == 0);
    leadspool.serve(socket.handed_down());
  }
  fresh.wait_for(30);
  kept.wait_for(30);
  fresh.stop();
  kept.stop();

  for (const auto* load : {&fresh, &kept}) {
    for (const auto& failure : load->failures()) UNSCOPED_INFO(failure);
    REQUIRE(load->failures().empty());
  }
  const StoredLeads stored(leadspool);
  require_all(stored, fresh);
  require_all(stored, kept);
  REQUIRE(stored.ids.size() == fresh.acknowledged().size() + kept.acknowledged().size());
}

TEST_CASE("a connection that waits while the service is dead is served by the next process") {
  Installation leadspool;
  const HeldSocket socket(leadspool.port());
  leadspool.serve(socket.handed_down());
  Load load(
      {.url = leadspool.lead_url(), .ca_file = leadspool.file("certificate.pem"), .new_connections = true});
  load.start();
  load.wait_for(20);
  leadspool.kill();
  // The senders' next connections wait by now, or will.
  const int before = load.acknowledged_now();
  leadspool.serve(socket.handed_down());
  wait_until("leads come in again", [&] { return load.acknowledged_now() >= before + 20; });
  load.stop();
  // No more than was in flight when the process died: one for each sender.
  REQUIRE(load.failures().size() <= 6);
  for (const auto& failure : load.failures()) REQUIRE_FALSE(contains(failure, "refused"));
  require_all(StoredLeads(leadspool), load);
}

TEST_CASE("leads come in while the deliveries in progress come to their end") {
  Installation leadspool;
  leadspool.simulate_crm({"--fault", R"({"mode":"delay","delay_ms":600000})"});
  leadspool.serve();
  leadspool.accept(sample_lead_body("official.json"));
  wait_until("the delivery is in progress", [&] { return leadspool.count("claimed") == 1; });
  leadspool.service().signal(SIGTERM);
  leadspool.service().wait_for_output("stopping");
  REQUIRE(leadspool.admin("GET", "/readyz").status == 503);
  // Enough of them to meet a receiver that is only about to stop.
  std::string lead;
  for (int number = 0; number < 20; ++number) {
    lead = leadspool.accept(sample_lead_body("unicode.json"))["id"].get<std::string>();
  }
  leadspool.stop_crm();
  REQUIRE(leadspool.service().wait().code == 0);
  leadspool.serve();
  REQUIRE(leadspool.admin("GET", "/api/v1/leads/" + lead).status == 200);
}

TEST_CASE("the log tells of a socket that is another than the configured address, and a reload keeps it") {
  Installation leadspool;
  const int port = free_ports(1);
  const HeldSocket socket(port);
  leadspool.serve(socket.handed_down("leadspool.socket"));
  leadspool.service().wait_for_output("receiver=https://127.0.0.1:" + std::to_string(port));
  leadspool.service().wait_for_output("listen_not_used");
  REQUIRE(leadspool.leadspool({"reload"}).code == 0);
  const auto url = leadspool.lead_url();
  const auto configured = ":" + std::to_string(leadspool.port());
  leadspool.write("lead_url.txt", std::string(url).replace(url.find(configured), configured.size(),
                                                           ":" + std::to_string(port)));
  leadspool.accept(sample_lead_body("official.json"));
  REQUIRE(leadspool.stop().code == 0);
}

TEST_CASE("what cannot be the receiver's socket is refused, with what the socket unit lacks") {
  Installation leadspool;
  SECTION("a name that means something else") {
    const HeldSocket socket(leadspool.port());
    const auto ended = refused_start(leadspool, socket.handed_down("admin"));
    REQUIRE(ended.code == 1);
    REQUIRE(contains(ended.err, "FileDescriptorName=receiver"));
  }
  SECTION("no stream") {
    const HeldSocket socket(leadspool.port(), INADDR_LOOPBACK, SOCK_DGRAM);
    const auto ended = refused_start(leadspool, socket.handed_down());
    REQUIRE(ended.code == 1);
    REQUIRE(contains(ended.err, "ListenStream="));
  }
  SECTION("several") {
    const HeldSocket socket(leadspool.port());
    const std::string hand_down_twice =
        "export LISTEN_FDS=2 LISTEN_FDNAMES=receiver:receiver; exec 4<&3; exec \"$0\" \"$@\"";
    const auto ended =
        run({"/bin/sh", "-c", hand_down_twice, LEADSPOOL_BINARY, "serve", "--config", leadspool.config()},
            socket.handed_down());
    REQUIRE(ended.code == 1);
    REQUIRE(contains(ended.err, "2 sockets"));
  }
  SECTION("one that others reach, without a certificate") {
    std::string config = leadspool.read("leadspool.toml");
    for (const std::string key : {"certificate =", "private_key ="}) {
      const auto at = config.find(key);
      REQUIRE(at != std::string::npos);
      config.insert(at, "#");
    }
    leadspool.write("leadspool.toml", config);
    {
      const HeldSocket socket(leadspool.port(), INADDR_ANY);
      const auto ended = refused_start(leadspool, socket.handed_down());
      REQUIRE(ended.code == 1);
      REQUIRE(contains(ended.err, "plain HTTP"));
    }
    const HeldSocket socket(leadspool.port());
    leadspool.serve(socket.handed_down());
    REQUIRE(leadspool.stop().code == 0);
  }
}

}  // namespace leadspool::test

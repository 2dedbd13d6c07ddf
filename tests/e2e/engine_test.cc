// The delivery engine as its operator meets it: a wrong secret, an odd lead, a crash at the worst moment, ten
// thousand dead letters.
#include <algorithm>
#include <atomic>
#include <fstream>
#include <map>
#include <mutex>

#include <signal.h>

#include "e2e/sent_leads.h"
#include "support/raw_server.h"

namespace leadspool::test {
namespace {

Json destination(const Installation& leadspool, std::size_t index = 0) {
  return leadspool.admin_json("/api/v1/destinations")["destinations"][index];
}

void change_in_config(const Installation& leadspool, const std::string& from, const std::string& to) {
  auto text = leadspool.read("leadspool.toml");
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  leadspool.write("leadspool.toml", text.replace(at, from.size(), to));
}

// Sends to `server` what would go to the simulated CRM.
void deliver_to(const Installation& leadspool, const RawServer& server) {
  change_in_config(leadspool, "http://127.0.0.1:" + std::to_string(leadspool.port() + 2) + "/leads",
                   server.url("/leads"));
}

std::string header_of(const std::string& request, const std::string& name) {
  const auto at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 4;
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

bool is_stopped(pid_t process) {
  std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(stat), {}};
  return text.substr(text.rfind(')') + 2, 1) == "T";
}

}  // namespace

TEST_CASE("a wrong secret pauses the destination and costs no lead anything, also over a restart") {
  Installation leadspool;
  leadspool.simulate_crm({"--fault", R"({"mode":"unauthorized"})"});
  leadspool.serve();
  const auto ids = send_people(leadspool, 100);
  wait_until("the destination has paused itself",
             [&] { return destination(leadspool)["health"] == "misconfigured"; });
  const std::string since = destination(leadspool)["since"];
  REQUIRE(leadspool.stop().code == 0);
  REQUIRE(leadspool.ask({"destinations", "list"})["destinations"][0]["health"] == "misconfigured");
  leadspool.serve();
  wait_until("the worker knows it again", [&] { return destination(leadspool)["since"] == since; });
  REQUIRE(destination(leadspool)["health"] == "misconfigured");
  REQUIRE(leadspool.count("dead") == 0);
  REQUIRE(leadspool.count("pending") == 100);
  for (const auto& id : ids) {
    const Json lead = leadspool.admin_json("/api/v1/leads/" + id);
    for (const auto& attempt : lead["deliveries"][0]["attempts"]) REQUIRE(attempt["counted"] == false);
  }

  leadspool.set_fault(R"({"mode":"none"})");
  const Json resumed = leadspool.ask({"destinations", "resume", "crm", "--reason", "new secret"});
  REQUIRE(resumed["name"] == "crm");
  wait_until("all are delivered", [&] { return leadspool.count("delivered") == 100; });
  REQUIRE(destination(leadspool)["health"] == "closed");
  require_each_once_by_key(leadspool, ids);
}

TEST_CASE("people are told of a destination that has paused itself, once, and what to do") {
  Installation leadspool;
  std::mutex mutex;
  std::vector<std::string> notices;  // guarded by mutex
  RawServer chat([&](int socket, int) {
    const auto request = RawServer::read_request(socket);
    RawServer::write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    const std::lock_guard lock(mutex);
    if (!request.empty()) notices.push_back(request.substr(request.find("\r\n\r\n") + 4));
  });
  const auto told = [&] {
    const std::lock_guard lock(mutex);
    return notices;
  };
  leadspool.simulate_crm({"--fault", R"({"mode":"unauthorized"})"});
  leadspool.append_to_config("\n[alert]\nwebhook = \"" + chat.url("/hook") + "\"\n");
  leadspool.serve();
  (void)send_people(leadspool, 10);
  wait_until("the destination has paused itself",
             [&] { return destination(leadspool)["health"] == "misconfigured"; });
  // It looks at its start. Ended by kill -9 between telling and noting that, it would tell once more.
  (void)leadspool.stop();
  leadspool.serve();
  wait_until("somebody is told", [&] { return !told().empty(); });
  const Json notice = Json::parse(told()[0]);
  REQUIRE(notice["state"] == "raised");
  const std::string text = notice["text"];
  REQUIRE(text.find("crm") != std::string::npos);
  REQUIRE(text.find("leadspool destinations resume crm") != std::string::npos);
  (void)leadspool.stop();
  leadspool.serve();
  REQUIRE(leadspool.leadspool({"alert", "test"}).code == 0);
  wait_until("the test notice has come", [&] { return told().size() >= 2; });
  REQUIRE(told().size() == 2);
}

TEST_CASE("a person's pause holds everything back, says who and why, and survives a restart") {
  Installation leadspool;
  leadspool.simulate_crm();
  leadspool.serve();
  (void)leadspool.ask({"destinations", "pause", "crm", "--reason", "the CRM moves"});
  const auto ids = send_people(leadspool, 5);
  leadspool.kill();
  leadspool.serve();
  const Json paused = destination(leadspool);
  REQUIRE(paused["health"] == "paused");
  REQUIRE(paused["paused"]["by"] == "cli");
  REQUIRE(paused["paused"]["reason"] == "the CRM moves");
  REQUIRE(paused["deliveries"]["pending"] == 5);
  REQUIRE(leadspool.leadspool({"status"}).out.find("the CRM moves") != std::string::npos);
  REQUIRE(leadspool.crm_records().empty());
  REQUIRE(leadspool.leadspool({"destinations", "pause", "crm", "--reason", "the CRM moves"}).code == 1);
  REQUIRE(leadspool.leadspool({"destinations", "pause", "crn"}).err.find("did you mean crm") !=
          std::string::npos);
  REQUIRE(leadspool.leadspool({"destinations", "resume", "crm"}).code == 0);
  wait_until("all are delivered", [&] { return leadspool.count("delivered") == 5; });
  require_each_once_by_key(leadspool, ids);
}

TEST_CASE("a lead that alone gets a 403 among others is dead, and the destination does not stay paused") {
  Installation leadspool;
  leadspool.append_to_config("schedule_s = [1]\n");
  leadspool.simulate_crm({"--fault", R"({"mode":"forbid","match":"Shellshock"})"});
  leadspool.serve();
  (void)send_people(leadspool, 50);
  const std::string odd =
      leadspool.accept(R"({"UserDetails":{"LastName":"Shellshock","Company":"C"}})")["id"];
  (void)send_people(leadspool, 50);
  wait_until("the odd one is dead", [&] {
    // Whoever comes while it is the only suspect shows that it is the lead.
    (void)send_people(leadspool, 1);
    return leadspool.state_of(odd) == "dead";
  });
  wait_until("all others are delivered",
             [&] { return leadspool.count("pending") + leadspool.count("claimed") == 0; });
  REQUIRE(leadspool.count("dead") == 1);
  REQUIRE(destination(leadspool)["health"] == "closed");
}

TEST_CASE("a lead goes where `when` says, and one that nobody wants is shown as such") {
  Installation leadspool;
  leadspool.append_to_config("when = { country = [\"US\", \"C*\"] }\n");
  leadspool.simulate_crm();
  leadspool.serve();
  const std::string wanted =
      leadspool.accept(R"({"UserDetails":{"LastName":"A","Company":"C","Country":"CA"}})")["id"];
  const std::string unwanted =
      leadspool.accept(R"({"UserDetails":{"LastName":"B","Company":"C","Country":"DE"}})")["id"];
  wait_until("it is delivered", [&] { return leadspool.state_of(wanted) == "delivered"; });
  const Json lead = leadspool.admin_json("/api/v1/leads/" + unwanted);
  REQUIRE(lead["unrouted"] == true);
  REQUIRE(lead["deliveries"].empty());
  REQUIRE(leadspool.admin_json("/api/v1/status")["unrouted"] == 1);
  REQUIRE(leadspool.admin_json("/api/v1/leads?unrouted=true")["leads"].size() == 1);
  require_each_once_by_key(leadspool, {wanted});
}

TEST_CASE("a destination that is added later gets the leads from before when it is asked to") {
  Installation leadspool;
  leadspool.simulate_crm();
  leadspool.serve();
  const auto before = send_people(leadspool, 5);
  wait_until("the first CRM has them", [&] { return leadspool.count("delivered") == 5; });
  leadspool.append_to_config(
      "\n[[destination]]\nname = \"second\"\ntype = \"webhook\"\nurl = \"http://127.0.0.1:" +
      std::to_string(leadspool.port() + 2) + "/leads\"\n");
  REQUIRE(leadspool.leadspool({"reload"}).code == 0);
  const auto after = send_people(leadspool, 2);
  wait_until("both have the new ones", [&] { return leadspool.count("delivered") == 5 + 2 * 2; });
  const std::vector<std::string> order{"leads",  "redrive", "--destination",
                                       "second", "--since", "2020-01-01T00:00:00Z"};
  auto dry = order;
  dry.emplace_back("--dry-run");
  REQUIRE(leadspool.ask(dry)["missing"] == 5);
  REQUIRE(leadspool.count("delivered") == 9);
  REQUIRE(leadspool.ask(order)["total"] == 5);
  wait_until("the second has the old ones too", [&] { return leadspool.count("delivered") == 14; });

  // Removed again, it keeps its history.
  leadspool.set_fault(R"({"mode":"refuse"})");
  const auto stranded = send_people(leadspool, 1);
  auto config = leadspool.read("leadspool.toml");
  leadspool.write("leadspool.toml", config.substr(0, config.rfind("[[destination]]")));
  REQUIRE(leadspool.leadspool({"reload"}).code == 0);
  const Json second = destination(leadspool, 1);
  REQUIRE(second["name"] == "second");
  REQUIRE(second["configured"] == false);
  REQUIRE(second["deliveries"]["delivered"] == 7);
  wait_until("its last delivery is stranded",
             [&] { return destination(leadspool, 1)["deliveries"]["pending"] == 1; });
}

TEST_CASE("killed between the CRM's 2xx and the outcome's commit, each lead is there once by its key") {
  constexpr int kRounds = 100;
  Installation leadspool;
  leadspool.append_to_config("max_in_flight = 1\n");
  std::mutex mutex;
  std::map<std::string, int> requests_by_key;  // guarded by mutex
  std::atomic<pid_t> service = 0;
  RawServer crm([&](int socket, int) {
    const auto request = RawServer::read_request(socket);
    if (request.empty()) return;
    bool is_new = false;
    {
      const std::lock_guard lock(mutex);
      is_new = ++requests_by_key[header_of(request, "Idempotency-Key")] == 1;
    }
    const pid_t victim = service;
    if (is_new) {
      // Stopped, it cannot take note of the answer that is waiting for it when it dies.
      ::kill(victim, SIGSTOP);
      wait_until("it has stopped", [&] { return is_stopped(victim); });
    }
    RawServer::write(socket, "HTTP/1.1 201 Created\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
    if (is_new) ::kill(victim, SIGKILL);
  });
  deliver_to(leadspool, crm);
  for (int round = 0; round < kRounds; ++round) {
    leadspool.serve();
    service = leadspool.service().pid();
    // Its receipt may be cut off as well.
    (void)leadspool.post(R"({"UserDetails":{"LastName":"Round )" + std::to_string(round) + R"("}})");
    (void)leadspool.service().wait();
  }
  leadspool.serve();
  wait_until("all are delivered", [&] { return leadspool.count("delivered") == kRounds; });
  REQUIRE(requests_by_key.size() == kRounds);
  const Json page = leadspool.admin_json("/api/v1/leads?limit=500");
  REQUIRE(page["leads"].size() == kRounds);
  for (const auto& each : page["leads"]) {
    const std::string id = each["id"];
    REQUIRE(requests_by_key[id] == 2);
    const Json lead = leadspool.admin_json("/api/v1/leads/" + id);
    const auto& attempts = lead["deliveries"][0]["attempts"];
    REQUIRE(attempts.size() == 2);
    REQUIRE(attempts[0]["outcome"] == "interrupted");
    REQUIRE(attempts[1]["outcome"] == "delivered");
  }
}

TEST_CASE("ten thousand dead letters are redriven with a canary and a rate, through a kill -9, each once") {
  constexpr int kLeads = 10'000;
  Installation leadspool;
  leadspool.append_to_config("max_in_flight = 64\n");
  leadspool.simulate_crm({"--fault", R"({"mode":"reject"})"});
  leadspool.serve();
  const auto ids = send_people(leadspool, kLeads);
  wait_until("all are dead", [&] { return leadspool.count("dead") == kLeads; });
  const Json groups = leadspool.ask({"dead"})["groups"];
  REQUIRE(groups.size() == 1);
  REQUIRE(groups[0]["count"] == kLeads);

  const std::string cause = groups[0]["cause"];
  const std::vector<std::string> order{"leads", "redrive", "--cause", cause,          "--canary",
                                       "3",     "--rate",  "2000",    "--stop-after", "5"};
  const std::string failing = leadspool.ask(order)["id"];
  wait_until("the canary has failed",
             [&] { return leadspool.ask({"redrives", "show", failing})["state"] == "stopped"; });
  REQUIRE(leadspool.count("dead") == kLeads);
  REQUIRE(leadspool.ask({"redrives", "show", failing})["redriven"] == 3);

  leadspool.set_fault(R"({"mode":"none"})");
  const std::string id = leadspool.ask(order)["id"];
  const auto progress = [&] { return leadspool.ask({"redrives", "show", id}); };
  wait_until("the rest follows", [&] { return progress()["delivered"].get<int>() > 500; });
  leadspool.kill();
  REQUIRE(progress()["redriven"].get<int>() < kLeads);  // the store tells it, without a service
  leadspool.serve();
  wait_until("a part more is done", [&] { return progress()["delivered"].get<int>() > 4'000; });
  const Json cancelled = leadspool.ask({"redrives", "cancel", id, "--reason", "lunch"});
  REQUIRE(cancelled["state"] == "cancelled");
  wait_until("what was on its way is delivered", [&] { return progress()["waiting"] == 0; });
  const int left = leadspool.count("dead");
  REQUIRE(left > 0);
  REQUIRE(progress()["redriven"].get<int>() == kLeads - left);

  const std::string last = leadspool.ask({"leads", "redrive", "--all", "--reason", "the rest"})["id"];
  wait_until("all are delivered", [&] { return leadspool.count("delivered") == kLeads; });
  REQUIRE(leadspool.ask({"redrives", "show", last})["state"] == "done");
  require_each_once_by_key(leadspool, ids);
}

}  // namespace leadspool::test

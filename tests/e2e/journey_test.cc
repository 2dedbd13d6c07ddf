// The main way, with the real program: a lead comes in over TLS, is durable, and comes out in a CRM.

#include <signal.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "e2e/installation.h"
#include "support/catch.h"
#include "support/sample_leads.h"

namespace leadspool::test {
namespace {

int permissions(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 ? static_cast<int>(status.st_mode & 0777) : -1;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// In the same order of magnitude as a person's: a lead that was refused by the CRM.
std::string lead_without_name() {
  return R"({"UserDetails":{"Company":"Contoso"},"LeadSource":"AzureMarketplace"})";
}

}  // namespace

TEST_CASE("the documentation's own lead arrives in the CRM once, under its id, and is seen delivered") {
  Installation leadspool;
  leadspool.simulate_crm();
  leadspool.serve();

  const auto body = sample_lead_body("official.json");
  const auto receipt = leadspool.accept(body);
  REQUIRE(receipt["status"] == "accepted");
  REQUIRE(receipt["sha256"] == to_hex(sha256(body)));
  const auto id = receipt["id"].get<std::string>();
  wait_until("the lead is delivered", [&] { return leadspool.state_of(id) == "delivered"; });

  const auto lead = leadspool.admin_json("/api/v1/leads/" + id);
  REQUIRE(lead["deliveries"][0]["attempts"].size() == 1);
  REQUIRE(lead["deliveries"][0]["attempts"][0]["outcome"] == "delivered");
  REQUIRE(leadspool.admin("GET", "/api/v1/leads/" + id + "/payload").body == body);

  const auto records = leadspool.crm_records();
  REQUIRE(records.size() == 1);
  REQUIRE(records[0]["key"] == id);
  REQUIRE(records[0]["times_received"] == 1);
  REQUIRE(records[0]["lead"]["email"] == "someone@contoso.com");

  const auto ended = leadspool.stop();
  REQUIRE(ended.code == 0);
  REQUIRE(contains(ended.err, "stopped"));
  // Neither the person nor the key reaches the log.
  REQUIRE_FALSE(contains(ended.err, "someone@contoso.com"));
  const auto url = leadspool.lead_url();
  REQUIRE_FALSE(contains(ended.err, url.substr(url.find("key=") + 4)));
}

TEST_CASE("all that init and serve make is for this user alone") {
  Installation leadspool;
  leadspool.serve();
  for (const auto* name : {"leadspool.toml", "private_key.pem", "lead_url.txt", "admin_token.txt",
                           "leadspool.db", "leadspool.db-wal", "leadspool.db.lock", "leadspool.db.sock"}) {
    INFO(name);
    REQUIRE(permissions(leadspool.file(name)) == 0600);
  }
  REQUIRE_FALSE(contains(leadspool.read("leadspool.toml"),
                         leadspool.lead_url().substr(leadspool.lead_url().find("key="))));
}

TEST_CASE("init changes nothing that exists") {
  Installation leadspool;
  const auto before = leadspool.read("leadspool.toml");
  const auto again = run({LEADSPOOL_BINARY, "init", leadspool.file("")});
  REQUIRE(again.code == 1);
  REQUIRE(contains(again.err, "exists already"));
  REQUIRE(leadspool.read("leadspool.toml") == before);
}

TEST_CASE("commands see and change the same while the service runs and while it does not") {
  Installation leadspool;
  leadspool.simulate_crm();
  leadspool.serve();
  const auto dead = leadspool.accept(lead_without_name())["id"].get<std::string>();
  const auto held = leadspool.accept(sample_lead_body("do-not-contact.json"))["id"].get<std::string>();
  wait_until("the nameless lead is dead", [&] { return leadspool.state_of(dead) == "dead"; });
  REQUIRE(leadspool.state_of(held) == "held");

  SECTION("the service runs: a change takes effect at once") {
    REQUIRE(leadspool.ask({"status"})["running"] == true);
    REQUIRE(leadspool.ask({"leads", "release", held, "--reason", "they asked for it"})["state"] == "pending");
    wait_until("the released lead is delivered", [&] { return leadspool.state_of(held) == "delivered"; });
    REQUIRE(leadspool.leadspool({"leads", "redrive", dead}).code == 0);
    wait_until("the redriven lead was tried again", [&] {
      return leadspool.admin_json("/api/v1/leads/" + dead)["deliveries"][0]["attempt_count"] == 2;
    });
  }
  SECTION("the service does not run: a change waits for it") {
    const auto while_running = leadspool.ask({"leads", "show", dead});
    REQUIRE(leadspool.stop().code == 0);
    REQUIRE(leadspool.ask({"status"})["running"] == false);
    REQUIRE(leadspool.ask({"leads", "show", dead}) == while_running);
    REQUIRE(leadspool.ask({"leads", "release", held, "--reason", "they asked for it"})["state"] == "pending");
    leadspool.serve();
    wait_until("the released lead is delivered", [&] { return leadspool.state_of(held) == "delivered"; });
  }
  const auto audit = leadspool.ask({"leads", "show", held})["audit"];
  REQUIRE(audit.size() == 1);
  REQUIRE(audit[0]["actor"] == "cli");
  REQUIRE(audit[0]["reason"] == "they asked for it");
}

TEST_CASE("status can fail for a script when there are dead letters, and a discarded one is none") {
  Installation leadspool;
  leadspool.simulate_crm();
  leadspool.serve();
  REQUIRE(leadspool.leadspool({"status", "--fail-if-dead"}).code == 0);
  const auto id = leadspool.accept(lead_without_name())["id"].get<std::string>();
  wait_until("the nameless lead is dead", [&] { return leadspool.count("dead") == 1; });
  REQUIRE(leadspool.leadspool({"status", "--fail-if-dead"}).code == 1);
  const auto groups = leadspool.ask({"dead"})["groups"];
  REQUIRE(groups.size() == 1);
  REQUIRE(contains(groups[0]["cause"].get<std::string>(), "last_name"));
  REQUIRE(contains(leadspool.leadspool({"leads", "show", id}).out, "last_name"));
  REQUIRE(leadspool.leadspool({"leads", "discard", id}).code == 0);
  REQUIRE(leadspool.leadspool({"status", "--fail-if-dead"}).code == 0);
  REQUIRE(leadspool.leadspool({"leads", "discard", id}).code == 1);
}

TEST_CASE("a new key opens the source beside the old one") {
  Installation leadspool;
  const auto made = leadspool.ask({"key", "marketplace"});
  auto config = leadspool.read("leadspool.toml");
  const auto end = config.find("\"]", config.find("key_sha256"));
  config.insert(end + 1, ", \"" + made["key_sha256"].get<std::string>() + "\"");
  leadspool.write("leadspool.toml", config);
  leadspool.serve();
  for (const auto& url : {leadspool.lead_url(), made["url"].get<std::string>()}) {
    REQUIRE(run({LEADSPOOL_BINARY, "send", url, "--ca-file", leadspool.file("certificate.pem")}).code == 0);
  }
  const auto wrong = leadspool.lead_url() + "x";
  REQUIRE(run({LEADSPOOL_BINARY, "send", wrong, "--ca-file", leadspool.file("certificate.pem")}).code == 1);
  REQUIRE(leadspool.ask({"status"})["leads"] == 2);
}

TEST_CASE("every command explains itself") {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{{"init"},
                                                                                     {"serve"},
                                                                                     {"check"},
                                                                                     {"key"},
                                                                                     {"send"},
                                                                                     {"status"},
                                                                                     {"leads"},
                                                                                     {"leads", "list"},
                                                                                     {"leads", "show"},
                                                                                     {"leads", "payload"},
                                                                                     {"leads", "redrive"},
                                                                                     {"leads", "release"},
                                                                                     {"leads", "discard"},
                                                                                     {"dead"},
                                                                                     {"migrate"},
                                                                                     {"simulate-crm"}}) {
    std::vector<std::string> command{LEADSPOOL_BINARY};
    command.insert(command.end(), words.begin(), words.end());
    command.emplace_back("--help");
    const auto ended = run(command);
    INFO(ended.out);
    REQUIRE(ended.code == 0);
    REQUIRE(contains(ended.out, "Examples:"));
  }
  REQUIRE(run({LEADSPOOL_BINARY, "--version"}).code == 0);
  REQUIRE(run({LEADSPOOL_BINARY}).code == 2);
  REQUIRE(run({LEADSPOOL_BINARY, "serve", "--loudly"}).code == 2);
  REQUIRE(run({LEADSPOOL_BINARY, "leads", "list", "--limit", "0"}).code == 2);
  REQUIRE(run({LEADSPOOL_BINARY, "leads", "list", "--state", "done"}).code == 2);
  REQUIRE(run({LEADSPOOL_BINARY, "leads", "list", "--from", "yesterday"}).code == 2);
}

}  // namespace leadspool::test

// A configuration and a certificate that change under load, with the real program: nobody is refused
// meanwhile.
#include <filesystem>

#include <signal.h>

#include "base/clock.h"
#include "base/digest.h"
#include "e2e/installation.h"
#include "e2e/load.h"
#include "http/curl_client.h"
#include "http/self_signed.h"
#include "support/catch.h"
#include "support/sample_leads.h"

namespace leadspool::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string key_of(const std::string& lead_url) { return lead_url.substr(lead_url.find("key=") + 4); }

std::string quoted_hash(const std::string& key) { return "\"" + to_hex(sha256(key)) + "\""; }

// The configuration's line of keys, from here on exactly these.
void set_keys(const Installation& leadspool, const std::vector<std::string>& keys) {
  std::string config = leadspool.read("leadspool.toml");
  const auto begin = config.find("key_sha256 =");
  std::string line = "key_sha256 = [";
  for (const auto& key : keys) line += quoted_hash(key) + ", ";
  config.replace(begin, config.find('\n', begin) - begin, line + "]");
  leadspool.write("leadspool.toml", config);
}

void replace_in_config(const Installation& leadspool, const std::string& old, const std::string& now) {
  std::string config = leadspool.read("leadspool.toml");
  const auto at = config.find(old);
  REQUIRE(at != std::string::npos);
  config.replace(at, old.size(), now);
  leadspool.write("leadspool.toml", config);
}

// As certbot does it: a new file in place of the old one.
void put(const Installation& leadspool, const std::string& name, const std::string& content) {
  leadspool.write(name + ".new", content);
  std::filesystem::rename(leadspool.file(name + ".new"), leadspool.file(name));
}

http::ClientAnswer post_to(const std::string& url, const std::string& ca_file) {
  http::ClientRequest request;
  request.url = url;
  request.ca_file = ca_file;
  request.body = sample_lead_body("official.json");
  return std::get<http::ClientAnswer>(http::send_and_wait(std::move(request)));
}

}  // namespace

TEST_CASE("a key is changed by two reloads under load, and no lead is refused") {
  Installation leadspool;
  leadspool.serve();
  const std::string old_url = leadspool.lead_url();
  const std::string old_key = key_of(old_url);
  const std::string new_key = "a-key-of-the-test-with-enough-letters-to-be-one";
  const std::string new_url = old_url.substr(0, old_url.find("key=") + 4) + new_key;
  const std::string ca_file = leadspool.file("certificate.pem");
  REQUIRE(post_to(new_url, ca_file).status == 404);

  Load load({.url = old_url, .ca_file = ca_file});
  load.start();
  load.wait_for(50);
  set_keys(leadspool, {old_key, new_key});
  REQUIRE(leadspool.ask({"reload"})["status"] == "reloaded");
  load.wait_for(50);
  load.send_to(new_url);
  load.wait_for(50);
  set_keys(leadspool, {new_key});
  leadspool.service().signal(SIGHUP);
  wait_until("the old key opens nothing", [&] { return post_to(old_url, ca_file).status == 404; });
  load.wait_for(50);
  load.stop();

  REQUIRE(load.failures().empty());
  const auto gone = post_to(old_url, ca_file);
  const auto unknown = post_to(old_url.substr(0, old_url.find("key=") + 4) + "never", ca_file);
  REQUIRE(gone.body == unknown.body);
  const auto leads = leadspool.admin_json("/api/v1/status")["leads"].get<std::size_t>();
  // The one of post_to() that came before the old key went may be there as well.
  REQUIRE(leads >= load.acknowledged().size());
  REQUIRE(leadspool.stop().code == 0);
}

TEST_CASE("a certificate is changed under load without a failed handshake, and a wrong one is not taken") {
  Installation leadspool;
  leadspool.serve();
  const auto first = leadspool.read("certificate.pem");
  const auto second = http::make_self_signed({"localhost", "127.0.0.1"}, SystemClock().now(), 30);
  leadspool.write("trusted.pem", first + second.certificate_pem);
  Load load({.url = leadspool.lead_url(), .ca_file = leadspool.file("trusted.pem"), .new_connections = true});
  load.start();
  load.wait_for(20);

  SECTION("it is served once both of its files are there") {
    put(leadspool, "private_key.pem", second.private_key_pem);
    put(leadspool, "certificate.pem", second.certificate_pem);
    leadspool.write("second.pem", second.certificate_pem);
    wait_until("the new certificate is served", [&] {
      http::ClientRequest request;
      request.url = leadspool.lead_url();
      request.ca_file = leadspool.file("second.pem");
      return std::holds_alternative<http::ClientAnswer>(http::send_and_wait(std::move(request)));
    });
    load.wait_for(20);
    wait_until("no trouble is left",
               [&] { return leadspool.admin_json("/api/v1/status")["certificate"]["problem"].is_null(); });
    REQUIRE(leadspool.admin_json("/api/v1/status")["certificate"]["days_left"] == 29);
  }

  SECTION("one whose key is another's leaves the old one in place, and status says so") {
    put(leadspool, "certificate.pem", second.certificate_pem);
    leadspool.service().wait_for_output("certificate_refused");
    const auto shown = leadspool.admin_json("/api/v1/status")["certificate"];
    REQUIRE(contains(shown["problem"].get<std::string>(), "does not belong"));
    load.wait_for(20);
    leadspool.write("first.pem", first);
    REQUIRE(post_to(leadspool.lead_url(), leadspool.file("first.pem")).status == 202);

    const auto reload = leadspool.leadspool({"reload"});
    REQUIRE(reload.code == 3);
    REQUIRE(contains(reload.err, "does not belong"));
    load.wait_for(20);
  }

  SECTION("one that is out of its time leaves a valid one in place") {
    using std::chrono::days;
    for (const auto from : {SystemClock().now() - days{40}, SystemClock().now() + days{2}}) {
      const auto other = http::make_self_signed({"127.0.0.1"}, from, 30);
      put(leadspool, "private_key.pem", other.private_key_pem);
      put(leadspool, "certificate.pem", other.certificate_pem);
      wait_until("it is complained about", [&] {
        const auto problem = leadspool.admin_json("/api/v1/status")["certificate"]["problem"];
        return problem.is_string() && contains(problem.get<std::string>(), to_rfc3339(from).substr(0, 10));
      });
      REQUIRE(leadspool.leadspool({"reload"}).code == 3);
    }
    load.wait_for(20);
  }

  load.stop();
  REQUIRE(load.failures().empty());
  REQUIRE(leadspool.stop().code == 0);
}

TEST_CASE("a reload is refused as a whole by a destination's secret, with nothing of it in force") {
  Installation leadspool;
  leadspool.serve();
  leadspool.write("secret.txt", "whsec_this is no base64");
  replace_in_config(leadspool, "[receiver]\n", "[receiver]\nmax_body_kib = 1\n");
  leadspool.append_to_config(
      "\n[[destination]]\nname = \"signed\"\ntype = \"webhook\"\nurl = \"https://127.0.0.1:1/\"\n"
      "signing_secret = { file = \"secret.txt\" }\n");
  const auto refused = leadspool.leadspool({"reload"});
  REQUIRE(refused.code == 3);
  REQUIRE(contains(refused.err, "not base64"));
  leadspool.accept(std::string(2'000, ' ') + sample_lead_body("official.json"));
}

TEST_CASE("a configuration with a mistake is refused as a whole, and shown until a good one comes") {
  Installation leadspool;
  leadspool.simulate_crm();
  leadspool.serve();
  const auto good = leadspool.read("leadspool.toml");
  leadspool.append_to_config("\n[recevier]\nlisten = \"127.0.0.1:1\"\n");

  const auto refused = leadspool.leadspool({"reload"});
  REQUIRE(refused.code == 3);
  REQUIRE(contains(refused.err, "recevier"));
  REQUIRE(contains(refused.err, "goes on"));
  leadspool.accept(sample_lead_body("official.json"));
  const auto errors = leadspool.admin_json("/api/v1/status")["config"]["errors"];
  REQUIRE(errors.size() == 1);
  REQUIRE(contains(errors[0].get<std::string>(), "did you mean `receiver`?"));
  // The commands find the service by a configuration with mistakes.
  REQUIRE(contains(leadspool.leadspool({"status"}).out, "recevier"));

  leadspool.write("leadspool.toml", good);
  REQUIRE(leadspool.leadspool({"reload"}).code == 0);
  REQUIRE(leadspool.admin_json("/api/v1/status")["config"]["errors"].empty());
  REQUIRE(leadspool.stop().code == 0);
}

TEST_CASE("a slip in the file that makes it no TOML is told by the service, and hides it from no command") {
  Installation leadspool;
  leadspool.serve();
  leadspool.append_to_config("\nx=[");
  const auto refused = leadspool.leadspool({"reload"});
  REQUIRE(refused.code == 3);
  leadspool.service().wait_for_output("config_refused");
  REQUIRE(contains(leadspool.leadspool({"status"}).out, "reload"));
}

TEST_CASE("after a change of the store's path, reload says that it takes a restart") {
  Installation leadspool;
  leadspool.serve();
  replace_in_config(leadspool, "path = \"leadspool.db\"", "path = \"other.db\"");
  const auto refused = leadspool.leadspool({"reload"});
  REQUIRE(refused.code == 1);
  REQUIRE(contains(refused.err, "restart"));
  leadspool.service().signal(SIGHUP);
  leadspool.service().wait_for_output("store.path");
}

TEST_CASE("what needs a restart stays as it is, and is named") {
  Installation leadspool;
  leadspool.serve();
  const auto was = std::to_string(leadspool.port());
  replace_in_config(leadspool, "127.0.0.1:" + was, "127.0.0.1:1");
  const auto answer = leadspool.ask({"reload"});
  REQUIRE(answer["restart_needed"] == Json::array({"receiver.listen"}));
  leadspool.accept(sample_lead_body("official.json"));
  REQUIRE(leadspool.admin_json("/api/v1/status")["config"]["restart_needed"] ==
          Json::array({"receiver.listen"}));
  replace_in_config(leadspool, "127.0.0.1:1", "127.0.0.1:" + was);
  REQUIRE(leadspool.ask({"reload"})["restart_needed"].empty());
}

TEST_CASE("a destination that a reload adds gets the leads that come from then on") {
  Installation leadspool;
  leadspool.simulate_crm();
  leadspool.serve();
  const auto before = leadspool.accept(sample_lead_body("official.json"))["id"].get<std::string>();
  leadspool.append_to_config(
      "\n[[destination]]\nname = \"second\"\ntype = \"webhook\"\nurl = \"http://127.0.0.1:" +
      std::to_string(leadspool.port() + 2) + "/second\"\n");
  REQUIRE(leadspool.leadspool({"reload"}).code == 0);
  const auto after = leadspool.accept(sample_lead_body("unicode.json"))["id"].get<std::string>();

  REQUIRE(leadspool.admin_json("/api/v1/leads/" + before)["deliveries"].size() == 1);
  const auto deliveries = leadspool.admin_json("/api/v1/leads/" + after)["deliveries"];
  REQUIRE(deliveries.size() == 2);
  wait_until("the lead is tried at the new destination", [&] {
    const auto all = leadspool.admin_json("/api/v1/leads/" + after)["deliveries"];
    return all[1]["attempt_count"].get<int>() > 0;
  });
}

TEST_CASE("reload without a running service says so") {
  const Installation leadspool;
  (void)leadspool.leadspool({"migrate"});
  const auto ended = leadspool.leadspool({"reload"});
  REQUIRE(ended.code == 1);
  REQUIRE(contains(ended.err, "start"));
}

}  // namespace leadspool::test

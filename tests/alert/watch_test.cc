// The watch with real parts: a store, a mail server, a scripted webhook.
#include "alert/watch.h"

#include <atomic>

#include <nlohmann/json.hpp>

#include "http/curl_client.h"
#include "support/captured_log.h"
#include "support/catch.h"
#include "support/mail_server.h"
#include "support/process.h"
#include "support/scripted_client.h"
#include "support/store_fixture.h"

namespace leadspool::alert {
namespace {

using Json = nlohmann::json;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kUrl = "https://hooks.contoso.com/T0/secret-part";

AlertOptions by_webhook() {
  AlertOptions options;
  options.webhook = WebhookChannel{Secret{kUrl}, ""};
  options.host = "box";
  return options;
}

AlertOptions by_mail(const test::MailServer& server) {
  AlertOptions options;
  options.mail = MailChannel{
      {.url = server.url(), .starttls = false, .ca_file = {}}, "leadspool@contoso.com", {"ops@contoso.com"}};
  return options;
}

// A service whose facts a test sets, and a store that outlives its watches.
struct Watched {
  WatchTools tools() {
    return {[this] { return facts; }, log, client, store.clock, store.random};
  }

  void look(Watch& watch, int times = 1) {
    for (int i = 0; i < times; ++i) {
      store.clock.advance(seconds{15});
      watch.look();
    }
  }

  void crm_is_down() {
    facts.destinations = {{.name = "crm"}};
    facts.destinations[0].record.health = {
        .condition = leadspool::Condition::down, .since = store.clock.now(), .reason = "could not connect"};
  }

  std::vector<std::string> names() {
    std::vector<std::string> all;
    const auto alerts = log.read_all();
    for (const auto& alert : std::get<std::vector<outbox::ToldAlert>>(alerts)) {
      // Without the hash of whom it was told.
      const auto space = alert.name.find(' ');
      all.push_back(alert.name.substr(0, space) +
                    (space == std::string::npos ? "" : alert.name.substr(alert.name.find(':'))));
    }
    return all;
  }

  // The states of what the webhook was sent.
  std::vector<std::string> states() const {
    std::vector<std::string> all;
    for (const auto& request : client.requests()) all.push_back(Json::parse(request.body)["state"]);
    return all;
  }

  void webhook_answers(int status) {
    client.on_send([status](const auto&) { return http::ClientAnswer{.status = status}; });
  }

  test::StoreFixture store;
  outbox::AlertLog log{store.committer};
  test::ScriptedClient client;
  Facts facts;
};

using Texts = std::vector<std::string>;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("a webhook gets JSON that chats show and programs read") {
  Watched watched;
  watched.webhook_answers(200);
  watched.crm_is_down();
  Watch watch(by_webhook(), watched.tools());
  watched.look(watch);
  REQUIRE(watched.client.requests().size() == 1);
  const auto& request = watched.client.requests()[0];
  REQUIRE(request.method == "POST");
  REQUIRE(request.url == kUrl);
  REQUIRE(http::find_header(request.headers, "Content-Type") == "application/json");
  const auto json = Json::parse(request.body);
  REQUIRE(json["subject"] == "[Leadspool] crm is down");
  REQUIRE(json["severity"] == "warning");
  REQUIRE(json["state"] == "raised");
  REQUIRE(json["name"] == "destination/crm");
  REQUIRE(json["since"] == "2026-01-01T00:00:00.000Z");
  REQUIRE(json["host"] == "box");
  const std::string text = json["text"];
  REQUIRE(contains(text, "[Leadspool] crm is down\n"));
  REQUIRE(contains(text, "could not connect"));
  REQUIRE(contains(text, "Leadspool on box"));
}

TEST_CASE("a trouble goes through raised, still and recovered, by webhook and by mail") {
  Watched watched;
  watched.webhook_answers(204);
  test::MailServer server;
  auto options = by_mail(server);
  options.webhook = by_webhook().webhook;
  Watch watch(options, watched.tools());
  watched.look(watch, 3);
  REQUIRE(watched.states().empty());
  watched.crm_is_down();
  watched.look(watch, 3);
  watched.store.clock.advance(hours{1});
  watched.look(watch, 3);
  watched.facts.destinations.clear();
  watched.look(watch, 5);
  REQUIRE(watched.states() == Texts{"raised", "still", "recovered"});
  const auto mails = server.mails();
  REQUIRE(mails.size() == 3);
  REQUIRE(contains(mails[0], "Subject: [Leadspool] crm is down\r\n"));
  REQUIRE(contains(mails[1], "Subject: [Leadspool] still: crm is down\r\n"));
  REQUIRE(contains(mails[2], "Subject: [Leadspool] over: crm is down\r\n"));
  watched.store.clock.advance(hours{1});
  watched.look(watch);
  REQUIRE(watched.names().empty());
}

TEST_CASE("what people are told is kept for whoever looks later, once, by however many ways it went out") {
  Watched watched;
  watched.webhook_answers(204);
  Watch watch(by_webhook(), watched.tools());
  const auto kinds = [&] {
    Texts all;
    for (const auto& notice : watched.store.overview.notices(10)) all.push_back(notice.kind);
    return all;
  };
  watched.look(watch, 2);
  REQUIRE(kinds().empty());
  watched.crm_is_down();
  watched.look(watch, 3);
  REQUIRE(kinds() == Texts{"began"});
  REQUIRE(watched.store.overview.open_alerts().size() == 1);
  watched.store.clock.advance(hours{1});
  watched.look(watch, 3);
  REQUIRE(kinds() == Texts{"goes on", "began"});
  watched.facts.destinations.clear();
  watched.look(watch, 3);
  REQUIRE(kinds() == Texts{"over", "goes on", "began"});
  REQUIRE(watched.store.overview.open_alerts().empty());
  const auto last = watched.store.overview.notices(1).at(0);
  REQUIRE(last.name == "destination/crm");
  REQUIRE(last.text == "crm is down");
}

TEST_CASE("a restart tells nothing again, but tells what is over meanwhile") {
  Watched watched;
  watched.webhook_answers(200);
  watched.crm_is_down();
  {
    Watch watch(by_webhook(), watched.tools());
    watched.look(watch);
  }
  REQUIRE(watched.names() == Texts{"log:destination/crm", "webhook:destination/crm"});
  Watch watch(by_webhook(), watched.tools());
  watched.look(watch, 10);
  REQUIRE(watched.states() == Texts{"raised"});
  watched.facts.destinations.clear();
  watched.look(watch, 2);
  REQUIRE(watched.states() == Texts{"raised", "recovered"});
}

TEST_CASE("a channel that fails neither silences the other nor makes it tell twice") {
  Watched watched;
  watched.webhook_answers(500);
  test::MailServer server;
  auto options = by_mail(server);
  options.webhook = by_webhook().webhook;
  Watch watch(options, watched.tools());
  watched.crm_is_down();
  watched.look(watch, 2);
  REQUIRE(watched.states() == Texts{"raised", "raised"});
  REQUIRE(server.mails().size() == 1);
  REQUIRE(watched.names() == Texts{"email:destination/crm", "log:destination/crm"});

  watched.webhook_answers(200);
  watched.look(watch, 3);
  REQUIRE(watched.states() == Texts{"raised", "raised", "raised"});
  watched.look(watch, 10);
  REQUIRE(watched.states().size() == 3);
  REQUIRE(server.mails().size() == 1);
}

TEST_CASE(
    "a notice that cannot be sent is logged once, without the webhook's URL, and tried ever more seldom") {
  Watched watched;
  watched.webhook_answers(500);
  watched.crm_is_down();
  Watch watch(by_webhook(), watched.tools());
  const test::CapturedLog log;
  watched.look(watch, 40);
  REQUIRE(count(log.text(), "alert_not_sent") == 1);
  REQUIRE(contains(log.text(), "the webhook answered 500"));
  REQUIRE_FALSE(contains(log.text(), "secret-part"));
  REQUIRE(count(log.text(), "crm is down") == 1);
  REQUIRE(watched.states().size() == 6);  // after 0, 15, 45, 105, 225 and 465 s

  SECTION("and another configuration is tried at once") {
    watched.webhook_answers(200);
    watch.reconfigure(by_webhook());
    watched.look(watch);
    REQUIRE(watched.states().size() == 7);
    REQUIRE(watched.names() == Texts{"log:destination/crm", "webhook:destination/crm"});
  }
}

TEST_CASE("a notice that the other side refuses does not keep the next one from going out") {
  Watched watched;
  watched.client.on_send([](const auto& request) {
    return http::ClientAnswer{.status = contains(request.body, "unrouted") ? 400 : 200};
  });
  watched.crm_is_down();
  watched.facts.unrouted = 1;
  watched.facts.store_trouble = "the disk is full";
  Watch watch(by_webhook(), watched.tools());
  watched.look(watch);
  REQUIRE(watched.names() == Texts{"log:destination/crm", "log:store", "log:unrouted",
                                   "webhook:destination/crm", "webhook:store"});
}

TEST_CASE("without any channel the log tells") {
  Watched watched;
  watched.crm_is_down();
  Watch watch({}, watched.tools());
  const test::CapturedLog log;
  watched.look(watch, 5);
  watched.facts.destinations.clear();
  watched.look(watch, 5);
  REQUIRE(count(log.text(), "alert ") == 2);
  REQUIRE(contains(log.text(), "state=raised"));
  REQUIRE(contains(log.text(), "state=recovered"));
}

TEST_CASE("silence of a source that never sent a lead is counted over restarts") {
  Watched watched;
  watched.webhook_answers(200);
  auto options = by_webhook();
  options.limits.silence = {{"marketplace", hours{24}}};
  {
    Watch watch(options, watched.tools());
    watched.look(watch);
  }
  watched.store.clock.advance(hours{23});
  {
    Watch watch(options, watched.tools());
    watched.look(watch);
  }
  REQUIRE(watched.states().empty());
  watched.store.clock.advance(hours{1});
  Watch watch(options, watched.tools());
  watched.look(watch);
  REQUIRE(watched.states() == Texts{"raised"});
  REQUIRE(watched.names() ==
          Texts{"log:silence/marketplace", "watching:marketplace", "webhook:silence/marketplace"});

  watch.reconfigure(by_webhook());
  watched.look(watch, 2);
  REQUIRE(watched.states() == Texts{"raised", "recovered"});
  watched.store.clock.advance(hours{1});
  watched.look(watch);
  REQUIRE(watched.names().empty());
}

TEST_CASE("a source whose last lead came while the clock ran ahead is silent again in time") {
  Watched watched;
  watched.webhook_answers(200);
  auto options = by_webhook();
  options.limits.silence = {{"marketplace", hours{24}}};
  {
    Watch watch(options, watched.tools());
    watched.look(watch);
    watched.store.clock.advance(hours{240});
    watched.facts.last_received["marketplace"] = watched.store.clock.now() + hours{1'000};
    watched.look(watch);
    watched.store.clock.advance(hours{23});
    watched.look(watch);
  }
  Watch watch(options, watched.tools());
  watched.look(watch);
  REQUIRE(watched.states().empty());
  watched.store.clock.advance(hours{1});
  watched.look(watch);
  REQUIRE(watched.states() == Texts{"raised"});
  // Another one comes, with the clock still ahead.
  watched.facts.last_received["marketplace"] += seconds{1};
  watched.look(watch, 2);
  REQUIRE(watched.states() == Texts{"raised", "recovered"});
}

TEST_CASE("leads that wait are told of in time, though the clock is set back by days, and no flood comes") {
  Watched watched;
  watched.webhook_answers(200);
  watched.facts.destinations = {{.name = "crm"}};
  watched.facts.destinations[0].oldest_waiting_received_at = watched.store.clock.now();
  Watch watch(by_webhook(), watched.tools());
  watched.look(watch);
  watched.store.clock.set_by(-hours{100});
  watched.look(watch, 4 * 59);
  REQUIRE(watched.states().empty());
  watched.look(watch, 8);
  REQUIRE(watched.states() == Texts{"raised"});
  REQUIRE(watched.names() == Texts{"log:undelivered/crm", "waiting:crm", "webhook:undelivered/crm"});
  watched.store.clock.set_by(hours{100});
  watched.look(watch, 20);
  REQUIRE(watched.states() == Texts{"raised", "still"});
  REQUIRE(watched.names() == Texts{"log:undelivered/crm", "webhook:undelivered/crm"});
}

TEST_CASE("those who are not reached any more are forgotten, and told anew when they are again") {
  Watched watched;
  watched.webhook_answers(200);
  watched.crm_is_down();
  Watch watch(by_webhook(), watched.tools());
  watched.look(watch);
  const Texts before{"log:destination/crm", "webhook:destination/crm"};
  REQUIRE(watched.names() == before);
  const auto rows = watched.log.read_all();
  for (const auto& row : std::get<std::vector<outbox::ToldAlert>>(rows)) {
    REQUIRE_FALSE(contains(row.name + row.text, "secret-part"));
    REQUIRE_FALSE(contains(row.name + row.text, "contoso"));
  }

  SECTION("the webhook is gone for a month") {
    watch.reconfigure({});
    watched.look(watch);
    REQUIRE(watched.names() == Texts{"log:destination/crm"});
    watched.facts.destinations.clear();
    watched.look(watch, 2);
    watched.store.clock.advance(hours{720});
    watch.reconfigure(by_webhook());
    watched.look(watch, 5);
    REQUIRE(watched.states() == Texts{"raised"});
  }
  SECTION("it is gone after a restart") {
    Watch after({}, watched.tools());
    watched.look(after);
    REQUIRE(watched.names() == Texts{"log:destination/crm"});
  }
  SECTION("it goes to another address") {
    auto other = by_webhook();
    other.webhook->url = Secret{"https://hooks.contoso.com/T1/other-part"};
    watch.reconfigure(other);
    watched.look(watch, 3);
    REQUIRE(watched.states() == Texts{"raised", "raised"});
    REQUIRE(watched.names() == before);
  }
  SECTION("it is the same one") {
    auto same = by_webhook();
    same.host = "another name";
    watch.reconfigure(same);
    watched.look(watch, 3);
    REQUIRE(watched.states() == Texts{"raised"});
  }
}

TEST_CASE("a slow channel has a few notices each turn, so that another need not wait for all of them") {
  Watched watched;
  watched.client.on_send([&](const auto&) {
    watched.store.clock.advance(seconds{4});
    return http::ClientAnswer{.status = 200};
  });
  for (const auto* name : {"a", "b", "c", "d", "e"}) {
    watched.facts.destinations.push_back({.name = name});
    watched.facts.destinations.back().dead = 1;
  }
  test::MailServer server;
  auto options = by_mail(server);
  options.webhook = by_webhook().webhook;
  Watch watch(options, watched.tools());
  watched.look(watch);
  REQUIRE(watched.states().size() == 2);
  REQUIRE(server.mails().size() == 5);
  watched.look(watch, 2);
  REQUIRE(watched.states().size() == 5);
}

TEST_CASE("facts that cannot be had break off one look, and are told once") {
  Watched watched;
  auto tools = watched.tools();
  bool broken = true;
  tools.facts = [&]() -> Facts {
    if (broken) throw std::runtime_error("no facts today");
    return watched.facts;
  };
  watched.webhook_answers(200);
  watched.crm_is_down();
  Watch watch(by_webhook(), tools);
  const test::CapturedLog log;
  watched.look(watch, 3);
  REQUIRE(count(log.text(), "no facts today") == 1);
  broken = false;
  watched.look(watch);
  REQUIRE(watched.states() == Texts{"raised"});
}

TEST_CASE("the watch looks on a thread of its own, and is stopped out of what it is sending") {
  std::atomic<bool> asked = false;
  const test::RawServer silent([&](int socket, int) {
    asked = true;
    test::RawServer::wait_for_end(socket);
  });
  Watched watched;
  watched.crm_is_down();
  http::CurlClient client;
  AlertOptions options;
  options.webhook = WebhookChannel{Secret{silent.url("/hook")}, ""};
  Watch watch(options, {[&] { return watched.facts; }, watched.log, client, watched.store.clock,
                        watched.store.random});
  watch.start();
  test::wait_until("the webhook was called", [&] { return asked.load(); });
  watch.stop();
  REQUIRE(client.in_flight() == 0);
}

TEST_CASE("the watch is stopped out of what it tells a mail server that hangs") {
  const std::string when = GENERATE("EHLO", "mail", "QUIT");
  test::MailServer server({.answers = {{when, ""}}});
  Watched watched;
  watched.crm_is_down();
  Watch watch(by_mail(server), watched.tools());
  watch.start();
  test::wait_until("the mail server hangs", [&] {
    const auto commands = server.commands();
    return when == "mail" ? !server.mails().empty() : !commands.empty() && commands.back().starts_with(when);
  });
  watch.stop();
  REQUIRE(watched.names().front() == (when == "QUIT" ? "email:destination/crm" : "log:destination/crm"));
}

TEST_CASE(
    "since when there should be copies is remembered over restarts, and begins anew with another folder") {
  Watched watched;
  watched.webhook_answers(200);
  watched.facts.backup = BackupFacts{.folder = "/var/backups",
                                     .every = hours{24},
                                     .newest_at = std::nullopt,
                                     .problem = "",
                                     .failing_since = std::nullopt,
                                     .watched_since = {}};
  {
    Watch watch(by_webhook(), watched.tools());
    watched.look(watch);
    watched.store.clock.advance(hours{47});
    watched.look(watch);
    REQUIRE(watched.client.requests().empty());
  }
  Watch watch(by_webhook(), watched.tools());
  SECTION("it is told") {
    watched.store.clock.advance(hours{1});
    watched.look(watch);
    REQUIRE(watched.client.requests().size() == 1);
    REQUIRE(contains(watched.client.requests()[0].body, "the last backup is older than 48 hours"));
  }
  SECTION("it begins anew") {
    watched.look(watch);
    watched.facts.backup->folder = "/mnt/other";
    watched.store.clock.advance(hours{1});
    watched.look(watch);
    REQUIRE(watched.client.requests().empty());
  }
}

}  // namespace leadspool::alert

// What people see in a terminal.
#include <nlohmann/json.hpp>

#include "app/api_answers.h"
#include "app/config_section.h"
#include "app/dead_letter_page.h"
#include "app/destination_page.h"
#include "app/lead_page.h"
#include "app/listen_address.h"
#include "app/redrive_page.h"
#include "app/status_page.h"
#include "app/text_table.h"
#include "lead/lead.h"
#include "support/catch.h"

namespace leadspool::app {

TEST_CASE("control characters of a stranger's text do not reach the terminal") {
  REQUIRE(printable("a\x1b[2Jb\nc\x7f") == "a?[2Jb?c?");
  REQUIRE(printable("\xc2\x9b"
                    "31m") == "?31m");
  REQUIRE(printable("Zoë \xc2\xa9") == "Zoë \xc2\xa9");
}

TEST_CASE("a text is shortened between characters, not within one") {
  REQUIRE(shortened("Zoë Nguyễn", 10) == "Zoë Nguyễn");
  REQUIRE(shortened("株式会社コントソ", 9) == "株式会...");
}

TEST_CASE("columns line up by characters, not by bytes") {
  TextTable table({"NAME", "X"});
  table.add({"Zoë", "1"});
  table.add({"Robert", "2"});
  REQUIRE(table.to_string() == "NAME    X\nZoë     1\nRobert  2\n");
}

TEST_CASE("a listening address is an IP address and a port, and reads back as written") {
  for (const auto* text : {"127.0.0.1:8443", "0.0.0.0:443", "[::1]:8444", "localhost:0"}) {
    const auto parsed = parse_listen_address(text);
    REQUIRE(std::holds_alternative<ListenAddress>(parsed));
    REQUIRE(to_string(std::get<ListenAddress>(parsed)) == text);
  }
  for (const auto* text : {"", ":", ":80", "80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:-1",
                           "127.0.0.1:65536", "::1", "[::1]", "[127.0.0.1]:80", "example.com:80", "[]:80"}) {
    INFO(text);
    REQUIRE(std::holds_alternative<std::string>(parse_listen_address(text)));
  }
}

TEST_CASE("the status tells how long leads take, how big the store is, and what is still to be done there") {
  auto shown = status();
  REQUIRE(contains(status_text(shown.dump()),
                   "Store        4.0 KiB, its log 512 bytes, 8.0 GiB free on the disk\n"));
  REQUIRE_FALSE(contains(status_text(shown.dump()), "Time to CRM"));
  REQUIRE_FALSE(contains(status_text(shown.dump()), "Erasing"));
  shown["time_to_crm"] = {
      {"window_hours", 24}, {"count", 9}, {"p50_ms", 250}, {"p95_ms", 2500}, {"p99_ms", nullptr}};
  shown["not_searchable"] = 1;
  shown["purging"] = true;
  const auto text = status_text(shown.dump());
  REQUIRE(
      contains(text, "half of 9 within 250 ms, 95 % within 2.5 s, 99 % within over a week (last 24 h)\n"));
  REQUIRE(contains(text, "1 lead is still to be indexed"));
  REQUIRE(contains(text, "Erasing"));
}

TEST_CASE("the status names the leads that are not simply delivered") {
  auto shown = status();
  REQUIRE(contains(status_text(shown.dump()), "of them 3 test, 1 quarantined\n"));
  shown["dispositions"] = {{"deliver", 7}, {"test", 0}};
  REQUIRE_FALSE(contains(status_text(shown.dump()), "of them"));
}

TEST_CASE("the status warns of leads that no destination wants, and a page says what to do") {
  auto shown = status();
  REQUIRE_FALSE(contains(status_text(shown.dump()), "UNROUTED"));
  shown["unrouted"] = 1;
  REQUIRE(contains(status_text(shown.dump()), "UNROUTED     1 lead that no destination wants: `leadspool"));
  shown["unrouted"] = 2;
  REQUIRE(contains(status_text(shown.dump()), "2 leads that no destination wants"));
  REQUIRE(contains(status_text(shown.dump()), "`leads discard` gives them up\n"));

  auto lead = dead_lead();
  REQUIRE_FALSE(contains(lead_page_text(lead.dump()), "No destination wants"));
  lead["unrouted"] = true;
  lead["deliveries"] = nlohmann::json::array();
  const auto page = lead_page_text(lead.dump());
  REQUIRE(contains(page, "No destination wants this lead"));
  REQUIRE(contains(page, "`leadspool leads revise 01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f` makes"));
  REQUIRE(contains(page, "leads redrive --destination NAME --since 2026-01-01T00:00:00.000Z`"));
  REQUIRE(contains(page, "`leadspool leads discard 01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f` gives it up"));
  REQUIRE(contains(lead_list_text(nlohmann::json{{"leads", {lead}}, {"next_cursor", nullptr}}.dump()),
                   "no destination"));
}

TEST_CASE("a destination that works has no words below the table, unless it asked to be left alone") {
  auto crm = destination();
  REQUIRE(shown(crm) ==
          "DESTINATION  HEALTH   PENDING  CLAIMED  DELIVERED  DEAD  HELD  DISCARDED  OLDEST WAITS\n"
          "crm          working  2        0        5          0     1     0          -\n");
  crm["oldest_waiting_age_s"] = 300;
  crm["next_probe"] = "2026-01-01T00:00:07.000Z";
  REQUIRE(contains(shown(crm), "5 min\n"));
  REQUIRE(contains(shown(crm), "\ncrm asked to be left alone until 2026-01-01T00:00:07.000Z\n"));
}

TEST_CASE("a destination in trouble shows since when and why, and what to do") {
  auto crm = destination();
  crm["health"] = "open";
  crm["since"] = "2026-01-01T00:00:00.000Z";
  crm["reason"] = "connection refused\x1b";
  crm["next_probe"] = "2026-01-01T00:00:30.000Z";
  const auto down = shown(crm);
  REQUIRE(contains(down, "\ncrm is down since 2026-01-01T00:00:00.000Z: connection refused?\n"));
  REQUIRE(contains(down, "it is tried again at 2026-01-01T00:00:30.000Z."));
  crm["health"] = "misconfigured";
  REQUIRE(contains(shown(crm), "`leadspool destinations resume crm`"));
  crm["next_probe"] = nullptr;
  REQUIRE(contains(shown(crm), "while the service runs"));

  crm["health"] = "paused";
  crm["reason"] = "it is moved";
  crm["paused"] = {{"at", "2026-01-01T00:00:00.000Z"}, {"by", "cli"}, {"reason", "it is moved"}};
  REQUIRE(contains(shown(crm), "\ncrm is paused since 2026-01-01T00:00:00.000Z by cli: it is moved\n"));
  REQUIRE(contains(changed_destination_text(crm.dump()), "crm is paused: nothing is sent there until"));
  crm["paused"] = nullptr;
  REQUIRE(contains(changed_destination_text(crm.dump()), "crm goes on"));
}

TEST_CASE("stranded deliveries come with a way out, and a history alone needs none") {
  auto old = destination();
  old["configured"] = false;
  old["health"] = "unknown";
  old["reason"] = "not in the configuration";
  REQUIRE(contains(shown(old), "crm          not configured  2"));
  REQUIRE(contains(shown(old), "\ncrm is not in the configuration: 3 deliveries there go nowhere\n"));
  REQUIRE(contains(shown(old), "`leadspool leads discard ID --destination crm`"));
  for (const auto* state : {"pending", "held"}) old["deliveries"][state] = 0;
  REQUIRE_FALSE(contains(shown(old), "go nowhere"));
}

TEST_CASE("a redrive shows what it takes, how far it is, and why it ended") {
  auto order = redrive();
  const auto running = redrive_text(order.dump());
  REQUIRE(contains(running, "Redrive 01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f: running\n"));
  REQUIRE(contains(running,
                   "  progress      40 of 100 redriven: 30 delivered, 1 dead again, 9 waiting\n"
                   "  ordered       2026-01-01T00:00:00.000Z by cli\n"
                   "  why           the field was added\n"
                   "  destination   crm\n"
                   "  cause         http_422\n"
                   "  canary        the first 3 go alone\n"
                   "  rate          2.5 a second\n"
                   "  stops after   5 dead again\n"));
  REQUIRE_FALSE(contains(running, "ended"));
  REQUIRE_FALSE(contains(running, "No service"));
  order["filter"] = nlohmann::json::object();
  order["state"] = "stopped";
  order["ended_at"] = "2026-01-01T00:01:00.000Z";
  order["ended_why"] = "one of the canary died\x1b";
  order["service_running"] = false;
  const auto ended = redrive_text(order.dump());
  REQUIRE(contains(ended, "  takes         all dead letters\n"));
  REQUIRE(
      contains(ended, "  ended         2026-01-01T00:01:00.000Z\n  because       one of the canary died?"));
  REQUIRE_FALSE(contains(ended, "No service"));
  REQUIRE(redrive_progress_text(order.dump()) ==
          "stopped: 40 of 100 redriven: 30 delivered, 1 dead again, 9 waiting");
  REQUIRE(contains(redrive_list_text(nlohmann::json{{"redrives", {order}}}.dump()), "stopped  100"));
}

TEST_CASE("an ordered redrive says how to follow it, and when nobody carries it out") {
  auto order = redrive();
  order.update({{"total", 1}, {"dead", 1}, {"missing", 0}});
  const auto text = ordered_redrive_text(order.dump());
  REQUIRE(contains(text, "takes 1 delivery.\n"));
  REQUIRE(contains(text, "`leadspool redrives show 01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f`"));
  REQUIRE_FALSE(contains(text, "No service"));
  order.update({{"total", 7}, {"dead", 5}, {"missing", 2}});
  REQUIRE(contains(ordered_redrive_text(order.dump()),
                   "takes 7 deliveries: 5 dead, and 2 of leads that have none there yet.\n"));
  order["service_running"] = false;
  REQUIRE(contains(ordered_redrive_text(order.dump()), "No service is running: it is carried out once"));
}

TEST_CASE("a dry run tells how many, and of what kind") {
  REQUIRE(redrive_count_text(R"({"dry_run":true,"total":7,"dead":7,"missing":0})") ==
          "It would take 7 deliveries. Nothing was changed.\n");
  REQUIRE(redrive_count_text(R"({"dry_run":true,"total":7,"dead":5,"missing":2})") ==
          "It would take 7 deliveries: 5 dead, and 2 of leads that have none there yet. Nothing was "
          "changed.\n");
}

TEST_CASE("dead letters show their whole cause, and the command that redrives the group") {
  const std::string cause = "HTTP 422: it's " + std::string(200, 'x');
  nlohmann::json group{{"cause", cause},
                       {"destination", "crm"},
                       {"count", 2},
                       {"first", "2026-01-01T00:00:00.000Z"},
                       {"last", "2026-01-01T00:00:01.000Z"},
                       {"sample", "01997c1e"}};
  const auto text = dead_letters_text(nlohmann::json{{"groups", {group}}}.dump());
  REQUIRE(contains(text, "2 at crm: " + cause + "\n"));
  REQUIRE(contains(text, "leadspool leads show 01997c1e\n"));
  REQUIRE(contains(text, "  leadspool leads redrive --destination crm --cause 'HTTP 422: it'\\''s x"));
  REQUIRE(contains(text, "x' --canary 1\n"));
  REQUIRE(contains(text, "\n2 dead letters.\n"));
}

TEST_CASE("the status warns of a certificate that ends soon, and more so of one that has ended") {
  const auto with_days_left = [](int days) {
    auto shown = status();
    shown["certificate"] = {{"file", "leads.pem"},
                            {"valid_until", "2026-02-01T00:00:00.000Z"},
                            {"days_left", days},
                            {"problem", nullptr}};
    return status_text(shown.dump());
  };
  REQUIRE(contains(with_days_left(21),
                   "Certificate  leads.pem is valid until 2026-02-01T00:00:00.000Z, 21 days"));
  REQUIRE_FALSE(contains(with_days_left(21), "WARNING"));
  REQUIRE(contains(with_days_left(20), "WARNING      the certificate leads.pem"));
  REQUIRE(contains(with_days_left(0), "WARNING"));
  REQUIRE(contains(with_days_left(-1), "EXPIRED      the certificate leads.pem was valid until"));
  auto shown = status();
  shown["certificate"] = {{"file", "leads.pem"},
                          {"valid_until", "2026-02-01T00:00:00.000Z"},
                          {"days_left", 80},
                          {"problem", "the key does not fit"}};
  REQUIRE(contains(status_text(shown.dump()), "a newer certificate is not served: the key does not fit"));
}

TEST_CASE(
    "the status shows why a reload was refused and what needs a restart, and nothing when all is well") {
  auto shown = status();
  shown["config"] = {{"file", "leadspool.toml"},
                     {"loaded_at", "2026-01-01T00:00:00.000Z"},
                     {"errors", nlohmann::json::array()},
                     {"restart_needed", nlohmann::json::array()}};
  REQUIRE(status_text(shown.dump()) == status_text(status().dump()));
  shown["config"]["errors"] = {"leadspool.toml:7:1: receiver.lisen: unknown key"};
  shown["config"]["restart_needed"] = {"store.path", "receiver.listen"};
  const auto text = status_text(shown.dump());
  REQUIRE(contains(text, "the configuration of 2026-01-01T00:00:00.000Z is in force"));
  REQUIRE(contains(text, "receiver.lisen: unknown key\n"));
  REQUIRE(contains(text, "store.path, receiver.listen\n"));
}

}  // namespace leadspool::app

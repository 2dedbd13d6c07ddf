// What people see in a terminal.
#include <nlohmann/json.hpp>

#include "app/config_section.h"
#include "app/lead_page.h"
#include "app/listen_address.h"
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
  REQUIRE(shortened("株式会社コントソ", 6) == "株式会...");
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

namespace {

// As GET /api/v1/leads/{id} shows a lead that a CRM refused.
nlohmann::json dead_lead() {
  nlohmann::json lead{{"id", "01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f"},
                      {"received_at", "2026-01-01T00:00:00.000Z"},
                      {"source", "marketplace"},
                      {"disposition", "deliver"},
                      {"disposition_reason", nullptr},
                      {"duplicate_of", nullptr},
                      {"duplicate_count", 0},
                      {"test_sent_at", nullptr},
                      {"revisions", nlohmann::json::array()},
                      {"remote_address", "127.0.0.1"},
                      {"headers", nlohmann::json::object()},
                      {"payload", {{"bytes", 312}, {"sha256", "ab"}}},
                      {"audit", nlohmann::json::array()}};
  for (const auto& field : kLeadFields) lead[std::string(field.name)] = "";
  lead["deliveries"] = {{{"destination", "crm"},
                         {"state", "dead"},
                         {"state_since", "2026-01-01T00:00:01.000Z"},
                         {"attempt_count", 1},
                         {"next_attempt_at", nullptr},
                         {"delivered_at", nullptr},
                         {"remote_id", nullptr},
                         {"cause", "422 missing company"},
                         {"held_reason", nullptr},
                         {"attempts",
                          {{{"number", 1},
                            {"started_at", "2026-01-01T00:00:00.500Z"},
                            {"duration_ms", 12},
                            {"outcome", "rejected"},
                            {"counted", true},
                            {"http_status", 422},
                            {"detail", "company is required"},
                            {"answer_excerpt", ""}}}}}};
  return lead;
}

nlohmann::ordered_json status() {
  return {{"running", true},
          {"leads", 7},
          {"dispositions",
           {{"deliver", 3},
            {"test", 3},
            {"do_not_contact", 0},
            {"duplicate", 0},
            {"probe", 0},
            {"quarantined", 1}}},
          {"last_received_at", "2026-01-01T00:00:00.000Z"},
          {"oldest_undelivered_age_s", nullptr},
          {"store", {{"bytes", 4096}, {"trouble", nullptr}}},
          {"certificate", nullptr},
          {"config", nullptr},
          {"destinations", nlohmann::json::array()}};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a lead's page shows its history, and strips what a terminal would obey") {
  auto lead = dead_lead();
  lead["last_name"] = "One\x1b]0;";
  const auto page = lead_page_text(lead.dump());
  REQUIRE(page.find("Delivery to crm: dead since") != std::string::npos);
  REQUIRE(page.find("company is required") != std::string::npos);
  REQUIRE(page.find("One?]0;") != std::string::npos);
  REQUIRE(page.find('\x1b') == std::string::npos);
  REQUIRE_FALSE(contains(page, "duplicates"));
  REQUIRE_FALSE(contains(page, "test sent"));
  REQUIRE_FALSE(contains(page, "Revision"));
}

TEST_CASE("a lead's page shows its duplicates, when a test was sent, and what each revision changed") {
  auto lead = dead_lead();
  lead["duplicate_count"] = 2;
  lead["test_sent_at"] = "2018-03-22T15:48:03.131Z";
  lead["revisions"] = {{{"number", 1},
                        {"at", "2026-01-01T00:00:02.000Z"},
                        {"actor", "cli"},
                        {"reason", "a typo"},
                        {"changes", {{"email", {{"from", ""}, {"to", "a@b.example\x1b"}}}}},
                        {"has_payload", true},
                        {"disposition_before", "quarantined"},
                        {"disposition_reason_before", "not_json: the body stops being JSON"}}};
  const auto page = lead_page_text(lead.dump());
  REQUIRE(contains(page, "  duplicates    2\n"));
  REQUIRE(contains(page, "  test sent     2018-03-22T15:48:03.131Z\n"));
  REQUIRE(contains(page, "Revision 1 at 2026-01-01T00:00:02.000Z by cli\n  why           a typo\n"));
  REQUIRE(contains(page, "  it was        quarantined\n  because       not_json"));
  REQUIRE(contains(page, "  email         (blank) -> a@b.example?\n"));
  REQUIRE(contains(page, "leads payload 01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f --revision 1"));
}

TEST_CASE("a revised lead is told in a sentence") {
  auto lead = dead_lead();
  lead["revisions"] = {{{"number", 1}}, {{"number", 2}}};
  REQUIRE(revised_text(lead.dump()) ==
          "Lead 01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f is revised (revision 2): crm is dead.\n");
  lead["deliveries"] = nlohmann::json::array();
  REQUIRE(contains(revised_text(lead.dump()), "(revision 2): it has no delivery."));
  lead["warnings"] = {"crm may have the lead\x1b", "erp too"};
  REQUIRE(contains(revised_text(lead.dump()), ".\nWarning: crm may have the lead?\nWarning: erp too\n"));
}

TEST_CASE("the status names the leads that are not simply delivered") {
  auto shown = status();
  REQUIRE(contains(status_text(shown.dump()), "of them 3 test, 1 quarantined\n"));
  shown["dispositions"] = {{"deliver", 7}, {"test", 0}};
  REQUIRE_FALSE(contains(status_text(shown.dump()), "of them"));
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

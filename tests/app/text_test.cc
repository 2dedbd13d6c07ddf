// What people see in a terminal, and the samples they send.
#include <nlohmann/json.hpp>

#include "app/config_section.h"
#include "app/lead_page.h"
#include "app/listen_address.h"
#include "app/sample_leads.h"
#include "app/text_table.h"
#include "receiver/lead_parser.h"
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

TEST_CASE("every sample is read by the receiver as its kind promises") {
  for (const auto& kind : sample_kinds()) {
    INFO(kind);
    const auto body = sample_lead(kind, 1);
    REQUIRE(body.has_value());
    const auto reading = receiver::parse_lead(*body);
    if (kind == "empty") {
      REQUIRE(std::holds_alternative<receiver::EmptyBody>(reading));
    } else if (kind == "broken") {
      REQUIRE(std::holds_alternative<receiver::Unreadable>(reading));
    } else {
      REQUIRE(std::holds_alternative<LeadFields>(reading));
      REQUIRE(sample_lead(kind, 2) != body);
    }
  }
  REQUIRE_FALSE(sample_lead("unknown", 1).has_value());
}

TEST_CASE("a lead's page shows its history, and strips what a terminal would obey") {
  nlohmann::json lead{{"id", "01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f"},
                      {"received_at", "2026-01-01T00:00:00.000Z"},
                      {"source", "marketplace"},
                      {"disposition", "deliver"},
                      {"disposition_reason", nullptr},
                      {"duplicate_of", nullptr},
                      {"remote_address", "127.0.0.1"},
                      {"headers", nlohmann::json::object()},
                      {"payload", {{"bytes", 312}, {"sha256", "ab"}}},
                      {"audit", nlohmann::json::array()}};
  for (const auto& field : kLeadFields) lead[std::string(field.name)] = "";
  lead["last_name"] = "One\x1b]0;";
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
  const auto page = lead_page_text(lead.dump());
  REQUIRE(page.find("Delivery to crm: dead since") != std::string::npos);
  REQUIRE(page.find("company is required") != std::string::npos);
  REQUIRE(page.find("One?]0;") != std::string::npos);
  REQUIRE(page.find('\x1b') == std::string::npos);
}

}  // namespace leadspool::app

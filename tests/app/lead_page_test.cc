// What people see of a lead in a terminal, and of what they did with leads.
#include "app/lead_page.h"

#include <nlohmann/json.hpp>

#include "app/api_answers.h"
#include "app/correction_targets.h"
#include "app/erasure_page.h"
#include "support/catch.h"

namespace leadspool::app {

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

TEST_CASE("a lead's history stands in order of time") {
  auto lead = dead_lead();
  lead["audit"] = {{{"at", "2026-01-01T00:00:00.100Z"},
                    {"actor", "anna"},
                    {"action", "redrive"},
                    {"destination", "crm"},
                    {"reason", "the field was added"}}};
  const auto page = lead_page_text(lead.dump());
  INFO(page);
  const auto history = page.substr(page.find("What happened\n"));
  const auto received = history.find("received by ");
  const auto redriven = history.find("crm: redrive by anna: the field was added\n");
  const auto attempt = history.find("crm: attempt 1 rejected, HTTP 422, 12 ms: company is required\n");
  const auto dead = history.find("crm: dead: 422 missing company\n");
  REQUIRE(received < redriven);
  REQUIRE(redriven < attempt);
  REQUIRE(attempt < dead);
  REQUIRE(dead != std::string::npos);
}

TEST_CASE("a pending delivery tells why it is held back, and by nothing else") {
  auto lead = dead_lead();
  lead["deliveries"][0]["state"] = "pending";
  auto crm = destination();
  const auto page = [&] {
    return lead_page_text(lead.dump(), nlohmann::ordered_json{{"destinations", {crm}}}.dump());
  };
  REQUIRE_FALSE(contains(page(), "held back"));
  crm["health"] = "open";
  crm["since"] = "2026-01-01T00:00:00.000Z";
  crm["reason"] = "connection refused";
  REQUIRE(
      contains(page(), "  held back     crm is down since 2026-01-01T00:00:00.000Z: connection refused\n"));
  lead["deliveries"][0]["state"] = "dead";
  REQUIRE_FALSE(contains(page(), "held back"));
}

TEST_CASE("an erased lead is a tombstone that says when, who and why") {
  auto lead = dead_lead();
  lead["erased_at"] = "2026-02-01T00:00:00.000Z";
  lead["audit"] = {{{"at", "2026-02-01T00:00:00.000Z"},
                    {"actor", "anna"},
                    {"action", "erase"},
                    {"destination", nullptr},
                    {"reason", "she asked for it"}}};
  const auto page = lead_page_text(lead.dump());
  REQUIRE(contains(
      page, "  ERASED        2026-02-01T00:00:00.000Z\n  by            anna\n  why           she asked"));
  REQUIRE_FALSE(contains(page, "payload"));
  REQUIRE(contains(lead_list_text(nlohmann::json{{"leads", {lead}}, {"next_cursor", nullptr}}.dump()),
                   "(erased)"));
}

TEST_CASE("a correction of many takes the deliveries that its filters mean, and no others") {
  auto lead = dead_lead();
  auto other = lead["deliveries"][0];
  other["destination"] = "erp";
  other["state"] = "pending";
  other["cause"] = nullptr;
  lead["deliveries"].push_back(other);
  auto unrouted = dead_lead();
  unrouted["id"] = "unrouted";
  unrouted["deliveries"] = nlohmann::json::array();
  const auto page = nlohmann::ordered_json{{"leads", {lead, unrouted}}, {"next_cursor", nullptr}}.dump();
  const auto taken = [&](const DeliveryFilter& filter) {
    std::vector<Target> targets;
    add_targets(page, filter, targets);
    std::string text;
    for (const auto& each : targets) text += (each.destination.empty() ? each.lead : each.destination) + " ";
    return text;
  };
  REQUIRE(taken({"dead", "", ""}) == "crm ");
  REQUIRE(taken({"pending", "", ""}) == "erp ");
  REQUIRE(taken({"pending", "crm", ""}).empty());
  REQUIRE(taken({"dead", "crm", "422 missing company"}) == "crm ");
  REQUIRE(taken({"dead", "", "another"}).empty());
  REQUIRE(taken({"", "", ""}) == "unrouted ");
}

TEST_CASE("an erasure tells what was erased, what was spared, and which records remain in CRMs") {
  nlohmann::json answer{{"erased", {"lead-1"}},
                        {"spared", {{{"lead", "lead-2"}, {"reason", "crm is being tried"}}}},
                        {"elsewhere",
                         {{{"lead", "lead-1"}, {"destination", "crm"}, {"remote_id", "R1"}},
                          {{"lead", "lead-1"}, {"destination", "erp"}, {"remote_id", ""}}}},
                        {"purging", true}};
  const auto text = erasure_text(answer.dump());
  REQUIRE(contains(text, "1 lead is erased.\n  lead-1\n"));
  REQUIRE(contains(text, "NOT erased, try again in a moment:\n  lead-2: crm is being tried\n"));
  REQUIRE(contains(text, "crm          R1"));
  REQUIRE(contains(text, "(it told none)"));
  answer = {{"dry_run", true}, {"would_erase", {"lead-1", "lead-2"}}, {"elsewhere", nlohmann::json::array()}};
  REQUIRE(erasure_text(answer.dump()) ==
          "2 leads would be erased. Nothing was changed.\n  lead-1\n  lead-2\n");
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

TEST_CASE("what a correction changed is told in a sentence") {
  nlohmann::json answer{{"id", "01997c1e"}, {"destinations", {"crm", "erp"}}, {"state", "discarded"}};
  REQUIRE(corrected_text(answer.dump()) == "Lead 01997c1e is discarded for crm, erp.\n");
  answer["destinations"] = nlohmann::json::array();
  REQUIRE(corrected_text(answer.dump()) == "Lead 01997c1e is given up: no destination wanted it.\n");
}

}  // namespace leadspool::app

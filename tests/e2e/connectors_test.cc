// Every connector that speaks a CRM's own protocol: the real program against that CRM, simulated, over TLS.
#include <set>

#include "e2e/crm_installation.h"
#include "support/catch.h"
#include "support/sample_leads.h"

namespace leadspool::test {
namespace {

constexpr const char* kReadableSamples[] = {"official.json",    "camel-case.json", "full-lead-source.json",
                                            "null-fields.json", "unicode.json",    "test-lead.json"};

// A lead with an e-mail address and name of its own.
std::string person(int number, const std::string& more = {}) {
  const std::string n = std::to_string(number);
  return R"({"UserDetails":{"FirstName":"Ada","LastName":"Person )" + n + R"(","Email":"person)" + n +
         R"(@contoso.com","Phone":"1","Country":"US","Company":"Contoso","Title":"Esquire"},)" +
         R"("LeadSource":"AzureMarketplace","ActionCode":"INS","OfferTitle":"Test Microsoft")" + more + "}";
}

std::vector<std::string> send_persons(const CrmInstallation& leadspool, int first, int count) {
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) ids.push_back(leadspool.accept(person(first + i))["id"]);
  return ids;
}

std::vector<Json> attempts(const CrmInstallation& leadspool, const std::string& id) {
  const Json lead = leadspool.admin_json("/api/v1/leads/" + id);
  return lead["deliveries"][0]["attempts"].get<std::vector<Json>>();
}

void wait_until_delivered(const CrmInstallation& leadspool, int count) {
  wait_until("all are delivered", [&] { return leadspool.count("delivered") == count; });
  REQUIRE(leadspool.count("dead") == 0);
}

void require_one_record_each(const CrmInstallation& leadspool, std::size_t leads) {
  std::set<std::string> last_names;
  const auto records = leadspool.records();
  REQUIRE(records.size() == leads);
  for (const auto& record : records) last_names.insert(leadspool.column(record, "last_name"));
  REQUIRE(last_names.size() == leads);
}

}  // namespace

TEST_CASE("the readable samples arrive in each CRM with the right fields, Unicode intact") {
  for (const auto& type : crm_types()) {
    SECTION(type.name) {
      CrmInstallation leadspool(type);
      leadspool.serve();
      int sent = 0;
      for (const auto* sample : kReadableSamples) {
        Json body = Json::parse(sample_lead_body(sample));
        // The samples name one person, whom some CRMs would take for one record.
        const bool is_camel = body.contains("userDetails");
        Json& details = body[is_camel ? "userDetails" : "UserDetails"];
        Json& email = details[is_camel ? "email" : "Email"];
        email = "sample" + std::to_string(sent++) + "@contoso.com";
        (void)leadspool.accept(body.dump());
      }
      wait_until_delivered(leadspool, sent);
      const auto records = leadspool.records();
      REQUIRE(records.size() == std::size(kReadableSamples));
      std::set<std::string> companies;
      for (const auto& record : records) companies.insert(leadspool.column(record, "company"));
      const auto holds = [&](const std::string& text) {
        return std::any_of(companies.begin(), companies.end(),
                           [&](const auto& company) { return company.find(text) != std::string::npos; });
      };
      REQUIRE(holds("株式会社コントソ"));
      REQUIRE(holds("Contoso"));
      const Json leads = leadspool.admin_json("/api/v1/leads")["leads"];
      REQUIRE(leads.size() == records.size());
      for (const auto& lead : leads) {
        REQUIRE_FALSE(lead["deliveries"][0]["remote_id"].get<std::string>().empty());
      }
    }
  }
}

TEST_CASE("each of a lead's fields stands in its own column of each CRM") {
  Json sample = Json::parse(sample_lead_body("unicode.json"));
  // Marketo takes no other address.
  sample["UserDetails"]["Email"] = "zoe@example.com";
  for (const auto& type : crm_types()) {
    SECTION(type.name) {
      CrmInstallation leadspool(type);
      leadspool.serve();
      (void)leadspool.accept(sample.dump());
      wait_until_delivered(leadspool, 1);
      const Json lead = leadspool.admin_json("/api/v1/leads")["leads"][0];
      const Json record = leadspool.records().at(0);
      for (const auto& [field, column] : type.columns) {
        const std::string value = lead[field];
        REQUIRE(leadspool.column(record, field).find(value) != std::string::npos);
      }
    }
  }
}

TEST_CASE("a lost answer after the CRM has stored the lead makes no second record") {
  for (const auto& type : crm_types()) {
    SECTION(type.name) {
      CrmInstallation leadspool(type);
      leadspool.set_fault(R"({"mode":"drop_answer","count":3})");
      leadspool.serve();
      (void)send_persons(leadspool, 0, 4);
      wait_until_delivered(leadspool, 4);
      require_one_record_each(leadspool, 4);
    }
  }
}

TEST_CASE("a token that is refused in the middle is fetched once more, not once for each delivery") {
  for (const auto& type : crm_types()) {
    if (!type.has_tokens) continue;
    SECTION(type.name) {
      CrmInstallation leadspool(type);
      leadspool.serve();
      (void)send_persons(leadspool, 0, 3);
      wait_until_delivered(leadspool, 3);
      REQUIRE(leadspool.settings()["tokens_issued"] == 1);
      (void)leadspool.ask({"destinations", "pause", "crm"});
      (void)send_persons(leadspool, 3, 20);
      leadspool.revoke_tokens();
      (void)leadspool.ask({"destinations", "resume", "crm"});
      wait_until_delivered(leadspool, 23);
      REQUIRE(leadspool.settings()["tokens_issued"] == 2);
    }
  }
}

TEST_CASE("a wrong secret pauses the destination, names the setting, and costs no lead anything") {
  for (const auto& type : crm_types()) {
    SECTION(type.name) {
      CrmInstallation leadspool(type);
      leadspool.spoil_secrets();
      leadspool.serve();
      const auto ids = send_persons(leadspool, 0, 3);
      wait_until("it has paused itself",
                 [&] { return leadspool.destination()["health"] == "misconfigured"; });
      const std::string reason = leadspool.destination()["reason"];
      REQUIRE(reason.find(type.secret_setting) != std::string::npos);
      REQUIRE(reason.find("d3Jvbmc=") == std::string::npos);
      const auto test = leadspool.leadspool({"destinations", "test", "crm"});
      REQUIRE(test.code == 1);
      REQUIRE(test.out.find(type.secret_setting) != std::string::npos);
      for (const auto& id : ids) {
        for (const auto& attempt : attempts(leadspool, id)) REQUIRE(attempt["counted"] == false);
      }
      // The file is read again by itself when the CRM refuses what stood in it.
      leadspool.give_secrets();
      (void)leadspool.ask({"destinations", "resume", "crm"});
      wait_until_delivered(leadspool, 3);
      REQUIRE(leadspool.leadspool({"destinations", "test", "crm"}).code == 0);
    }
  }
}

TEST_CASE("a CRM that throttles is left alone as long as it asks, and then gets all") {
  for (const auto& type : crm_types()) {
    SECTION(type.name) {
      CrmInstallation leadspool(type);
      leadspool.set_fault(R"({"mode":"throttle","retry_after_s":3,"count":1})");
      leadspool.serve();
      const auto ids = send_persons(leadspool, 0, 4);
      wait_until_delivered(leadspool, 4);
      require_one_record_each(leadspool, 4);
      bool waited = false;
      for (const auto& id : ids) {
        for (const auto& attempt : attempts(leadspool, id)) {
          REQUIRE(attempt["counted"] == false);
          waited = waited || attempt["outcome"] == "unavailable";
        }
      }
      REQUIRE(waited);
    }
  }
}

TEST_CASE(
    "a lead that the CRM refuses is a dead letter that names the field; revised and redriven it arrives") {
  for (const auto& type : crm_types()) {
    SECTION(type.name) {
      CrmInstallation leadspool(type);
      leadspool.set_fault(R"({"mode":"reject","match":"Person 7"})");
      leadspool.serve();
      const std::string id = send_persons(leadspool, 7, 1).at(0);
      wait_until("it is dead", [&] { return leadspool.count("dead") == 1; });
      const Json groups = leadspool.admin_json("/api/v1/dead-letters")["groups"];
      REQUIRE(groups.size() == 1);
      const std::string cause = groups[0]["cause"];
      INFO(cause);
      REQUIRE(cause.find("Person") == std::string::npos);
      const Json attempt = attempts(leadspool, id).at(0);
      REQUIRE(attempt["outcome"] == "rejected");
      REQUIRE(cause.find(type.refused_column) != std::string::npos);
      (void)leadspool.ask({"leads", "revise", id, "--set", "last_name=Right"});
      (void)leadspool.ask({"leads", "redrive", id});
      wait_until_delivered(leadspool, 1);
      REQUIRE(leadspool.column(leadspool.records().at(0), "last_name").find("Right") != std::string::npos);
    }
  }
}

TEST_CASE("a column that the CRM does not have is misconfigured, and makes no dead letter") {
  for (const auto& type : crm_types()) {
    // Any column may be new to a table of Azure.
    if (type.name == "azure_table") continue;
    SECTION(type.name) {
      CrmInstallation leadspool(type, "constants = { nosuchcolumn = \"x\" }\n");
      leadspool.serve();
      (void)send_persons(leadspool, 0, 3);
      wait_until("it has paused itself",
                 [&] { return leadspool.destination()["health"] == "misconfigured"; });
      const std::string reason = leadspool.destination()["reason"];
      REQUIRE(reason.find("nosuchcolumn") != std::string::npos);
      REQUIRE(leadspool.count("dead") == 0);
      REQUIRE(leadspool.leadspool({"destinations", "test", "crm"}).code == 1);
    }
  }
}

TEST_CASE("a text that is too long for its column is cut, and the attempt says so") {
  CrmInstallation leadspool(crm_type("dynamics365"));
  leadspool.serve();
  std::string title;
  for (int i = 0; i < 120; ++i) title += "🚀";
  Json body = Json::parse(person(1));
  body["UserDetails"]["Title"] = title;
  const std::string id = leadspool.accept(body.dump())["id"];
  wait_until_delivered(leadspool, 1);
  const std::string cut = leadspool.column(leadspool.records().at(0), "title");
  REQUIRE(cut == title.substr(0, 50 * 4));
  const std::string detail = attempts(leadspool, id).at(0)["detail"];
  REQUIRE(detail.find("jobtitle was cut from 240 to 100") != std::string::npos);
}

TEST_CASE("a lead that is not to be contacted and is delivered all the same carries Dynamics' flags") {
  CrmInstallation leadspool(crm_type("dynamics365"));
  leadspool.serve();
  const std::string id = leadspool.accept(sample_lead_body("do-not-contact.json"))["id"];
  (void)leadspool.ask({"leads", "release", id});
  wait_until_delivered(leadspool, 1);
  const Json lead = leadspool.records().at(0)["lead"];
  for (const auto* flag : {"donotemail", "donotphone", "donotbulkemail", "donotsendmm"})
    REQUIRE(lead[flag] == true);
}

TEST_CASE("a preview shows the very request for a stored lead, and no secret") {
  for (const auto& type : crm_types()) {
    SECTION(type.name) {
      CrmInstallation leadspool(type);
      leadspool.serve();
      const std::string id = send_persons(leadspool, 0, 1).at(0);
      const auto shown = leadspool.leadspool({"destinations", "preview", "crm", "--lead", id});
      REQUIRE(shown.code == 0);
      REQUIRE(shown.out.find("Person 0") != std::string::npos);
      REQUIRE(shown.out.find("/" + type.name) != std::string::npos);
      REQUIRE(shown.out.find("secret") == std::string::npos);
      REQUIRE(leadspool.leadspool({"destinations", "preview", "crm", "--all"}).code == 0);
    }
  }
}

}  // namespace leadspool::test

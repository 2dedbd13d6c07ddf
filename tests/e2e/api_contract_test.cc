// Every operation of the admin API, called well and badly through the real program, against its own
// description.
#include "e2e/installation.h"
#include "support/catch.h"
#include "support/process.h"

namespace leadspool::test {
namespace {

std::string body_of(const std::string& last_name, const std::string& email) {
  return Json{{"UserDetails",
               {{"FirstName", "Anna"},
                {"LastName", last_name},
                {"Email", email},
                {"Phone", "+1 555 0142"},
                {"Company", "Contoso"},
                {"Country", "US"}}},
              {"LeadSource", "AzureMarketplace-Offer|Preview"},
              {"ActionCode", "INS"}}
      .dump();
}

// A token that may only read, made and written into the configuration as a person would.
std::string add_read_token(const Installation& leadspool) {
  const auto made = leadspool.ask({"token", "viewer", "--read-only"});
  leadspool.append_to_config("\n[[admin.token]]\nname = \"viewer\"\nsha256 = \"" +
                             made.at("sha256").get<std::string>() + "\"\nrole = \"read\"\n");
  return made.at("token").get<std::string>();
}

// Leads in every state, by what the script calls them.
Json make_leads(Installation& leadspool) {
  const auto accept = [&](const std::string& last_name, const std::string& email) {
    return leadspool.accept(body_of(last_name, email)).at("id").get<std::string>();
  };
  Json leads;
  leads["delivered"] = accept("Arrived", "anna@contoso.com");
  wait_until("it is delivered", [&] { return leadspool.count("delivered") == 1; });
  leads["duplicate"] = accept("Arrived", "anna@contoso.com");

  leadspool.set_fault(R"({"mode":"reject","match":"Refused"})");
  for (const std::string name : {"dead", "dead 2", "dead 3", "dead 4"}) {
    leads[name] = accept("Refused " + name, "refused-" + std::to_string(leads.size()) + "@contoso.com");
  }
  wait_until("they are dead", [&] { return leadspool.count("dead") == 4; });

  leads["quarantined"] =
      Json::parse(std::get<http::ClientAnswer>(leadspool.post("{broken")).body).at("id").get<std::string>();
  leads["probe"] = leadspool.accept("").at("id").get<std::string>();
  accept("Arrived again", "held@contoso.com");
  leads["held"] = accept("Arrived again", "held@contoso.com");  // a duplicate is held
  leads["held 2"] = accept("Arrived again", "held@contoso.com");
  wait_until("the first of them is delivered", [&] { return leadspool.count("delivered") == 2; });

  static_cast<void>(leadspool.ask({"destinations", "pause", "crm"}));
  leads["pending"] = accept("Waiting", "waiting@contoso.com");
  leads["discarded"] = accept("Given up", "given-up@contoso.com");
  static_cast<void>(leadspool.ask({"leads", "discard", leads["discarded"].get<std::string>()}));
  return leads;
}

}  // namespace

TEST_CASE("every operation that /openapi.json describes answers as described, called well and badly") {
  Installation leadspool;
  const std::string read_token = add_read_token(leadspool);
  leadspool.simulate_crm();
  leadspool.serve();
  auto token = leadspool.read("admin_token.txt");
  token.pop_back();
  const Json facts{{"port", leadspool.port() + 1},
                   {"token", token},
                   {"read_token", read_token},
                   {"leads", make_leads(leadspool)}};
  leadspool.write("facts.json", facts.dump());
  const auto said = run(
      {"/usr/bin/python3", LEADSPOOL_SOURCE_DIR "/tests/e2e/api_contract.py", leadspool.file("facts.json")});
  CAPTURE(said.out, said.err);
  REQUIRE(said.code == 0);
}

}  // namespace leadspool::test

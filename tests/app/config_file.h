// A configuration file of a test's own, and what a destination that is read from it sends.
#pragma once

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "app/config.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/scripted_client.h"
#include "support/temporary_folder.h"

namespace leadspool::test {

inline const std::string kHash(64, 'a');
inline const std::string kReceiver = "[receiver]\nlisten = \"127.0.0.1:8443\"\n";
inline const std::string kSource = "[[source]]\nname = \"marketplace\"\nkey_sha256 = [\"" + kHash + "\"]\n";

class ConfigFile {
 public:
  [[nodiscard]] app::ConfigReading read(const std::string& text, app::Secrets secrets = app::Secrets::read) {
    std::ofstream(folder_.file("leadspool.toml")) << text;
    return app::read_config(folder_.file("leadspool.toml"), secrets);
  }

  [[nodiscard]] app::Config good(const std::string& text, app::Secrets secrets = app::Secrets::read) {
    auto reading = read(text, secrets);
    if (const auto* errors = std::get_if<std::vector<app::ConfigError>>(&reading)) {
      for (const auto& error : *errors) UNSCOPED_INFO(app::to_string(error));
      REQUIRE(errors->empty());
    }
    return std::get<app::Config>(std::move(reading));
  }

  [[nodiscard]] std::vector<app::ConfigError> errors(const std::string& text) {
    auto reading = read(text);
    REQUIRE(std::holds_alternative<std::vector<app::ConfigError>>(reading));
    return std::get<std::vector<app::ConfigError>>(std::move(reading));
  }

  // For a text with exactly one mistake.
  [[nodiscard]] app::ConfigError error(const std::string& text) {
    const auto all = errors(text);
    for (const auto& each : all) UNSCOPED_INFO(app::to_string(each));
    REQUIRE(all.size() == 1);
    return all.front();
  }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_.file(name); }

 private:
  TemporaryFolder folder_;
};

[[nodiscard]] inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

[[nodiscard]] inline LeadWithPayload unicode_lead() {
  LeadWithPayload lead;
  lead.id = *parse_uuid("0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f");
  lead.received_at = *from_rfc3339("2026-11-21T09:30:00Z");
  lead.source = "marketplace";
  lead.fields = {.first_name = "Zoë",
                 .last_name = "Łukasz-Müller",
                 .email = "zoe@contoso.com",
                 .phone = "+48 22 123 45 67",
                 .country = "PL",
                 .company = "Żółw & Söhne 株式会社",
                 .title = "Główny inżynier",
                 .offer_title = "Contoso <CRM> \U0001F680",
                 .lead_source = "AzureMarketplace-INS|contoso.crm",
                 .publisher = "contoso",
                 .offer_id = "crm",
                 .action_code = "INS",
                 .description = "\"Wants\" a demo"};
  return lead;
}

[[nodiscard]] inline connector::RequestPreview preview(const app::DestinationConfig& destination,
                                                       const LeadWithPayload& lead = unicode_lead()) {
  const FakeClock clock(lead.received_at);
  return destination.connector.make(clock)->preview(lead);
}

// The first request of an attempt, with its secrets.
[[nodiscard]] inline http::ClientRequest first_request(const app::DestinationConfig& destination) {
  const auto lead = unicode_lead();
  const FakeClock clock(lead.received_at);
  const auto connector = destination.connector.make(clock);
  ScriptedClient client;
  auto attempt = connector->attempt(lead, client);
  attempt.start();
  REQUIRE(client.requests().size() == 1);
  client.forget_all();
  return client.requests().front();
}

}  // namespace leadspool::test

// What the programs of scripts/bench deliver share: the lead, and the webhook that it is delivered by.
#pragma once

#include <string>

#include "base/digest.h"
#include "connector/webhook.h"
#include "outbox/intake.h"

namespace leadspool::bench {

inline outbox::NewLead sample_lead(const std::vector<std::string>& destinations) {
  outbox::NewLead lead;
  lead.source = "marketplace";
  lead.fields = {.first_name = "Some",
                 .last_name = "One",
                 .email = "someone@contoso.com",
                 .phone = "16175555555",
                 .country = "US",
                 .company = "Contoso",
                 .title = "Manager",
                 .offer_title = "Contoso Insights",
                 .lead_source = "INS-saas|publisher.offer",
                 .publisher = "publisher",
                 .offer_id = "offer",
                 .action_code = "INS",
                 .description = "Contoso Insights for everybody"};
  lead.receipt.payload = std::string(350, 'x');
  lead.receipt.payload_sha256 = sha256(lead.receipt.payload);
  lead.receipt.headers_json = R"({"Content-Type":"application/json"})";
  lead.receipt.remote_address = "192.0.2.1";
  for (const auto& destination : destinations) lead.deliveries.push_back({destination, std::nullopt});
  return lead;
}

inline connector::WebhookOptions webhook_to(const std::string& url) {
  connector::WebhookOptions options;
  options.url = url;
  options.signing_secret = LiveSecret(Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
  return options;
}

}  // namespace leadspool::bench

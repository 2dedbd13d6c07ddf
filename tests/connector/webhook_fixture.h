// A webhook at https://crm.example/leads, and what it sends.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connector/webhook.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/scripted_client.h"

namespace leadspool::test::webhook {

inline const Time kNow = *from_rfc3339("2026-11-21T09:30:00Z");

inline http::ClientAnswer answer(int status, std::string body = "", std::vector<http::Header> headers = {}) {
  http::ClientAnswer made;
  made.status = status;
  made.body = std::move(body);
  made.headers = std::move(headers);
  return made;
}

inline http::ClientFailure failure(http::FailurePhase phase, bool timed_out) {
  http::ClientFailure made;
  made.phase = phase;
  made.timed_out = timed_out;
  made.detail = "could not reach 127.0.0.1 port 9000";
  return made;
}

inline LeadWithPayload sample_lead() {
  LeadWithPayload lead;
  lead.id = *parse_uuid("0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f");
  lead.received_at = kNow;
  lead.source = "marketplace";
  lead.fields.last_name = "One";
  return lead;
}

inline connector::WebhookOptions options_for(std::string url = "https://crm.example/leads") {
  connector::WebhookOptions options;
  options.url = std::move(url);
  return options;
}

inline connector::Mapping mapping_of(const std::vector<connector::MappingEntry>& entries) {
  auto parsed = connector::Mapping::parse(entries);
  REQUIRE(std::holds_alternative<connector::Mapping>(parsed));
  return std::get<connector::Mapping>(parsed);
}

inline connector::Template template_of(std::string_view text) {
  auto parsed = connector::Template::parse(text);
  REQUIRE(std::holds_alternative<connector::Template>(parsed));
  return std::get<connector::Template>(parsed);
}

// A secret that becomes `second` when it is read again.
inline LiveSecret changing_secret(const std::string& first, const std::string& second) {
  return LiveSecret(Secret(first), [second] { return std::optional{Secret(second)}; });
}

// The request that one attempt makes.
inline http::ClientRequest sent_request(connector::WebhookOptions options,
                                        const LeadWithPayload& lead = sample_lead()) {
  const FakeClock clock(kNow);
  connector::Webhook webhook(std::move(options), clock);
  ScriptedClient client;
  auto attempt = webhook.attempt(lead, client);
  attempt.start();
  REQUIRE(client.requests().size() == 1);
  http::ClientRequest request = client.requests().front();
  client.answer(0, answer(200));
  client.run(std::chrono::milliseconds{0}, -1);
  REQUIRE(attempt.ended());
  return request;
}

inline std::string header(const http::ClientRequest& request, std::string_view name) {
  return std::string(http::find_header(request.headers, name));
}

inline std::size_t count_headers(const http::ClientRequest& request, std::string_view name) {
  std::size_t count = 0;
  for (const auto& each : request.headers) count += each.name == name ? 1 : 0;
  return count;
}

}  // namespace leadspool::test::webhook

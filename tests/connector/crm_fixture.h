// What the tests of the connectors share: a lead, answers, and a connector played against a script of them.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "connector/connector.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/scripted_client.h"

namespace leadspool::test {

inline const Time kCrmNow = *from_rfc3339("2026-11-21T09:30:00Z");
inline const std::string kCrmLeadId = "0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f";

// The sample lead with letters of many scripts.
inline LeadWithPayload crm_lead() {
  LeadWithPayload lead;
  lead.id = *parse_uuid(kCrmLeadId);
  lead.received_at = kCrmNow - std::chrono::hours{1};
  lead.source = "marketplace";
  lead.fields = {.first_name = "Zoë",
                 .last_name = "Nguyễn-Müller 🚀",
                 .email = "zoe@example.com",
                 .phone = "+84 (0)24 3999 9999",
                 .country = "Việt Nam",
                 .company = "株式会社コントソ",
                 .title = "Geschäftsführerin",
                 .offer_title = "Contoso Analytics",
                 .lead_source = "AzureMarketplace-INS|contoso.analytics",
                 .publisher = "contoso",
                 .offer_id = "analytics",
                 .action_code = "INS",
                 .description = "Call <me> & \"us\"\nplease"};
  return lead;
}

inline http::ClientAnswer crm_answer(int status, std::string body = "",
                                     std::vector<http::Header> headers = {}) {
  http::ClientAnswer answer;
  answer.status = status;
  answer.body = std::move(body);
  answer.headers = std::move(headers);
  return answer;
}

// The request went out, and its connection broke.
inline http::ClientFailure lost_answer() {
  http::ClientFailure failure;
  failure.phase = http::FailurePhase::wait;
  failure.detail = "the connection broke before an answer came";
  return failure;
}

inline http::ClientFailure unreached() {
  http::ClientFailure failure;
  failure.phase = http::FailurePhase::dns;
  failure.detail = "the host name could not be resolved";
  return failure;
}

template <typename Result>
struct Played {
  Result result;
  std::vector<http::ClientRequest> requests;
};

// Runs `task` to its end; its requests are answered by `script`, in order, of which nothing may be left.
template <typename Result, typename Begin>
Played<Result> play(const Begin& begin, std::vector<http::ClientResult> script) {
  ScriptedClient client;
  std::size_t next = 0;
  client.on_send([&](const http::ClientRequest& request) {
    INFO("request " << next + 1 << ": " << request.url);
    REQUIRE(next < script.size());
    return script[next++];
  });
  Task<Result> task = begin(client);
  task.start();
  while (!task.ended() && client.in_flight() > 0) client.run(std::chrono::milliseconds{0}, -1);
  REQUIRE(task.ended());
  REQUIRE(next == script.size());
  return {task.result(), client.requests()};
}

inline Played<AttemptOutcome> play_attempt(connector::Connector& connector, const LeadWithPayload& lead,
                                           std::vector<http::ClientResult> script) {
  return play<AttemptOutcome>([&](http::Client& client) { return connector.attempt(lead, client); },
                              std::move(script));
}

inline Played<std::vector<connector::TestStep>> play_test(connector::Connector& connector,
                                                          std::vector<http::ClientResult> script) {
  return play<std::vector<connector::TestStep>>([&](http::Client& client) { return connector.test(client); },
                                                std::move(script));
}

// "token passed, columns failed (mapping)"
inline std::string summary(const std::vector<connector::TestStep>& steps) {
  using Verdict = connector::TestStep::Verdict;
  std::string text;
  for (const auto& step : steps) {
    text += (text.empty() ? "" : ", ") + step.what;
    text += step.verdict == Verdict::passed   ? " passed"
            : step.verdict == Verdict::failed ? " failed"
                                              : " unknown";
    if (!step.setting.empty()) text += " (" + step.setting + ")";
  }
  return text;
}

inline std::string header(const http::ClientRequest& request, std::string_view name) {
  return std::string(http::find_header(request.headers, name));
}

inline bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace leadspool::test

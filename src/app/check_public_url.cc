#include "app/check_public_url.h"

#include <chrono>
#include <cstdlib>
#include <string>
#include <variant>

#include <nlohmann/json.hpp>

#include "app/crm_config.h"
#include "http/curl_client.h"
#include "http/server.h"

namespace leadspool::app {
namespace {

constexpr const char* kName = "public_url";
constexpr std::chrono::seconds kPatience{10};

// To a GET of a lead URL the receiver's router says 405 in these words, whatever the source.
bool is_our_refusal(const http::ClientAnswer& answer) {
  if (answer.status != 405 || http::find_header(answer.headers, "Allow") != "POST") return false;
  const auto body = nlohmann::json::parse(answer.body, nullptr, false);
  return body.is_object() && body.contains("error") && body["error"].is_object() &&
         body["error"].value("code", "") == "method_not_allowed";
}

http::ClientResult ask(const std::string& url, const std::string& ca_file) {
  http::ClientRequest request;
  request.method = "GET";
  request.url = url;
  request.connect_timeout = kPatience / 2;
  request.total_timeout = kPatience;
  request.ca_file = ca_file;
  return http::send_and_wait(std::move(request));
}

// As OpenSSL's own default has it; libcurl was built with one.
std::string authorities() {
  const char* file = std::getenv("SSL_CERT_FILE");
  return file != nullptr ? file : "";
}

std::string mend_of_way(const CheckScope& scope, const std::string& host) {
  return "let " + host + " lead to " + to_string(scope.config.receiver.listen) +
         " of this machine (firewall, port forwarding, proxy), or set [receiver] public_url" +
         in_the_file(scope);
}

std::string mend_of_failure(const CheckScope& scope, const http::ClientFailure& failure,
                            const std::string& host) {
  switch (failure.phase) {
    case http::FailurePhase::dns:
      return "make a DNS record for " + host +
             " that names this machine's public address, or set [receiver] "
             "public_url" +
             in_the_file(scope);
    case http::FailurePhase::certificate:
      return "let " + host +
             " present a certificate for that name from an authority that clients know, with its "
             "chain (fullchain.pem)";
    case http::FailurePhase::tls:
      return "let that port of " + host + " speak TLS, or set [receiver] public_url" + in_the_file(scope);
    default:
      return mend_of_way(scope, host);
  }
}

void tell_answer(const CheckScope& scope, const std::string& url, const http::ClientAnswer& answer,
                 Findings& findings) {
  const std::string what = "a GET of " + url + " is answered " + std::to_string(answer.status);
  const auto server = http::find_header(answer.headers, "Server");
  const std::string who = server.empty() ? "" : " (\"" + std::string(server) + "\")";
  if (is_our_refusal(answer)) {
    findings.ok(
        kName, "the receiver answers under " + scope.config.receiver.public_url + ", seen from this machine");
  } else if (300 <= answer.status && answer.status <= 399) {
    findings.fail(kName, what + who + ", a redirect, which the marketplace does not follow",
                  "set [receiver] public_url to the address that it leads to" + in_the_file(scope) +
                      "; and give that one to Partner Center");
  } else if (502 <= answer.status && answer.status <= 504) {
    findings.fail(kName, what + who + ": a proxy is there, but does not reach the receiver",
                  "let it pass /leads/ on to " + to_string(scope.config.receiver.listen));
  } else {
    findings.fail(kName, what + who + ", which is not our receiver: another program answers there",
                  "let that program pass /leads/ on to " + to_string(scope.config.receiver.listen) +
                      "; or set [receiver] public_url" + in_the_file(scope));
  }
}

// Whether what the system's authorities refused is the very certificate of our file.
bool is_our_certificate(const CheckScope& scope, const std::string& url) {
  const auto& file = scope.config.receiver.certificate;
  if (file.empty()) return false;
  const auto result = ask(url, file);
  const auto* answer = std::get_if<http::ClientAnswer>(&result);
  return answer != nullptr && is_our_refusal(*answer);
}

}  // namespace

void check_public_url(const CheckScope& scope, Findings& findings) {
  const auto& receiver = scope.config.receiver;
  if (receiver.public_url.empty()) {
    if (http::is_loopback(receiver.listen.host)) return;
    findings.warn(
        kName, "[receiver] public_url is not set, so `leadspool key` cannot print the URL for Partner Center",
        "set it to what stands before /leads/, like \"https://leads.contoso.com\"," + in_the_file(scope));
    return;
  }
  if (!scope.running || !scope.calls_out) {
    findings.ok(kName, receiver.public_url + " was not tried" +
                           (scope.running ? "" : ": the service does not answer"));
    return;
  }
  const auto& sources = scope.config.sources;
  const auto url = lead_url(receiver, sources.empty() ? "marketplace" : sources.front().name);
  const auto host = host_of(receiver.public_url);
  const auto result = ask(url, authorities());
  if (const auto* answer = std::get_if<http::ClientAnswer>(&result)) {
    tell_answer(scope, url, *answer, findings);
    return;
  }
  const auto& failure = std::get<http::ClientFailure>(result);
  if (failure.phase == http::FailurePhase::certificate && is_our_certificate(scope, url)) {
    findings.warn(kName,
                  "the receiver answers under " + receiver.public_url + ", with the certificate of " +
                      receiver.certificate + ", which nobody vouches for: the marketplace will not connect",
                  "put a certificate for " + host + " from an authority that clients know into " +
                      receiver.certificate + "; the service takes it by itself");
    return;
  }
  findings.fail(kName, receiver.public_url + " is not reached from this machine: " + failure.detail,
                mend_of_failure(scope, failure, host));
}

}  // namespace leadspool::app

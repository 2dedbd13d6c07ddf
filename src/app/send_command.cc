#include "app/send_command.h"

#include <chrono>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/sample_leads.h"
#include "app/text_table.h"
#include "http/curl_client.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

struct SendOptions {
  std::string url;
  std::string kind = "official";
  int count = 1;
  std::string ca_file;
  bool json = false;
};

// One after the other on one connection.
http::ClientResult send(http::Client& client, http::ClientRequest request) {
  std::optional<http::ClientResult> result;
  client.send(std::move(request), [&](http::ClientResult got) { result = std::move(got); });
  while (!result) client.run(std::chrono::seconds{1}, -1);
  return std::move(*result);
}

std::string answer_text(int status, const Json& body) {
  if (!body.is_object()) return std::to_string(status);
  const std::string id = body.contains("id") ? " " + printable(body.value("id", "")) : "";
  if (body.contains("error")) {
    return std::to_string(status) + " " + body["error"].value("code", "") + id + ": " +
           printable(body["error"].value("message", ""));
  }
  return std::to_string(status) + " " + body.value("status", "") + id;
}

// Prints the answer; whether the lead is kept: a body that is no lead gets 422, and an id all the same.
bool report(const SendOptions& options, const http::ClientAnswer& answer) {
  const auto body = Json::parse(answer.body, nullptr, false);
  print((options.json ? answer.body : answer_text(answer.status, body)) + "\n");
  const bool has_id = body.is_object() && body.contains("id");
  return (answer.status >= 200 && answer.status < 300) || (answer.status == 422 && has_id);
}

int send_leads(const SendOptions& options) {
  if (!http::is_allowed_url(options.url)) {
    complain("the URL must begin with https:// (or http:// and a loopback address)");
    return kUsage;
  }
  http::CurlClient client;
  bool all_kept = true;
  for (int number = 1; number <= options.count; ++number) {
    http::ClientRequest request;
    request.url = options.url;
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = sample_lead(options.kind, number).value_or("");
    request.ca_file = options.ca_file;
    const auto result = send(client, std::move(request));
    if (const auto* failure = std::get_if<http::ClientFailure>(&result)) {
      const bool untrusted = failure->phase == http::FailurePhase::certificate;
      complain(failure->detail + (untrusted ? "; --ca-file FILE trusts a certificate of your own" : ""));
      return kFailed;
    }
    all_kept = report(options, std::get<http::ClientAnswer>(result)) && all_kept;
  }
  return all_kept ? kDone : kFailed;
}

}  // namespace

void add_send_command(CommandLine& line) {
  auto& command =
      line.add("send", "Posts sample leads to a lead URL, as the marketplace would.",
               "  leadspool send \"$(cat var/lead_url.txt)\" --ca-file var/certificate.pem\n"
               "  leadspool send https://leads.contoso.com/leads/marketplace?key=... --kind test\n"
               "  leadspool send \"$URL\" -n 50");
  const auto options = std::make_shared<SendOptions>();
  command.add_option("URL", options->url, "The lead URL, with its key")->required();
  command.add_option("--kind", options->kind, "Which sample")
      ->check(CLI::IsMember(sample_kinds()))
      ->capture_default_str();
  command.add_option("-n", options->count, "How many, each another person")
      ->check(CLI::Range(1, 1'000'000))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--ca-file", options->ca_file,
                  "Trust the certificates in this PEM file instead of the system's")
      ->type_name("FILE");
  command.add_flag("--json", options->json, "Print each answer as it came, one a line");
  line.on_call(command, [options] { return send_leads(*options); });
}

}  // namespace leadspool::app

// A key and a person that go through everything the program does with them, good and bad: neither may come
// out in a log, an error's body, the list of processes or a core dump.
#include <fstream>
#include <iterator>

#include <sys/stat.h>

#include "base/gzip.h"
#include "e2e/installation.h"
#include "http/curl_client.h"
#include "support/catch.h"
#include "support/raw_server.h"

namespace leadspool::test {
namespace {

// Words that stand nowhere else.
const std::vector<std::string> kPerson{"Zebulon",      "Quaggamire",  "zebulon@quagga.example", "555-0199-77",
                                       "Quagga Works", "Chief Zebra", "the zebra's own note"};
constexpr auto kWrongKey = "wrong-zebra-key";

std::string lead(const std::string& action = "INS") {
  return Json{{"UserDetails",
               {{"FirstName", kPerson[0]},
                {"LastName", kPerson[1]},
                {"Email", kPerson[2]},
                {"Phone", kPerson[3]},
                {"Company", kPerson[4]},
                {"Title", kPerson[5]}}},
              {"LeadSource", "AzureMarketplace"},
              {"ActionCode", action},
              {"Description", kPerson[6]}}
      .dump();
}

struct Sent {
  std::string body;
  std::vector<http::Header> headers = {};
  int status = 202;
};

http::ClientAnswer post(const Installation& leadspool, const std::string& url, const Sent& sent) {
  http::ClientRequest request;
  request.url = url;
  request.ca_file = leadspool.file("certificate.pem");
  request.body = sent.body;
  request.headers = sent.headers;
  return std::get<http::ClientAnswer>(http::send_and_wait(std::move(request)));
}

http::ClientAnswer revise(const Installation& leadspool, const std::string& id, const std::string& body) {
  http::ClientRequest request;
  request.url = "http://localhost/api/v1/leads/" + id + "/revisions";
  request.unix_socket = leadspool.file("leadspool.db.sock");
  request.body = body;
  return std::get<http::ClientAnswer>(http::send_and_wait(std::move(request)));
}

std::string proc_file(const Process& process, const std::string& name) {
  std::ifstream file("/proc/" + std::to_string(process.pid()) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void require_none_of(const std::vector<std::string>& canaries, const std::string& text,
                     const std::string& where) {
  INFO(where);
  REQUIRE_FALSE(text.empty());
  for (const auto& canary : canaries) {
    INFO(canary);
    REQUIRE(text.find(canary) == std::string::npos);
  }
}

}  // namespace

TEST_CASE("neither the key nor a person comes out where neither belongs") {
  Installation leadspool;
  // A CRM that says back what it was sent, as some do, and refuses it.
  RawServer crm([](int socket, int) {
    const auto request = RawServer::read_request(socket);
    const auto echo = Json{{"error", "not valid: " + request.substr(request.find("\r\n\r\n") + 4)}}.dump();
    RawServer::write(socket,
                     "HTTP/1.1 422 No\r\nContent-Length: " + std::to_string(echo.size()) + "\r\n\r\n" + echo);
  });
  leadspool.append_to_config("\n[[destination]]\nname = \"echo\"\ntype = \"webhook\"\nurl = \"" + crm.url() +
                             "\"\n");
  auto config = leadspool.read("leadspool.toml");
  config.insert(0, "[log]\nlevel = \"debug\"\n");
  leadspool.write("leadspool.toml", config);
  leadspool.serve();

  const auto url = leadspool.lead_url();
  const auto key = url.substr(url.find("key=") + 4);
  const auto keyless = url.substr(0, url.find('?'));
  auto canaries = kPerson;
  canaries.push_back(key);
  canaries.push_back(kWrongKey);

  const std::vector<Sent> all{
      {lead()},
      {lead()},  // a duplicate
      {lead("DNC")},
      {lead(), {{"Idempotency-Key", "Zebulon"}}},
      {lead(), {{"Idempotency-Key", "Zebulon"}}},
      {lead(), {{"X-Original-URL", "/leads/marketplace?key=" + key}}},
      {gzip(lead("PLT")), {{"Content-Encoding", "gzip"}}},
      {lead().substr(0, 150), {}, 422},
      {"\"" + kPerson[2] + "\"", {}, 422},
      {R"({"Zebulon":{},"Zebulon":{}})", {}, 422},
      {lead(), {{"Content-Encoding", "gzip"}}, 422},
      {std::string(300 * 1024, ' ') + lead(), {}, 413},
  };
  std::string quarantined;
  for (const auto& sent : all) {
    const auto answer = post(leadspool, url, sent);
    INFO(answer.body);
    REQUIRE(answer.status == sent.status);
    require_none_of(canaries, answer.body, "the receiver's answer");
    if (sent.status == 422) quarantined = Json::parse(answer.body)["id"].get<std::string>();
  }
  for (const auto& wrong : {keyless + "?key=" + kWrongKey, keyless, keyless + "-other?key=" + key,
                            keyless + "/" + key + "?key=" + key}) {
    const auto answer = post(leadspool, wrong, {lead(), {}, 404});
    REQUIRE(answer.status == 404);
    require_none_of(canaries, answer.body, "the answer to a wrong key");
  }
  REQUIRE(post(leadspool, keyless, {lead("Create"), {{"Authorization", "Bearer " + key}}}).status == 202);
  REQUIRE(revise(leadspool, quarantined, Json{{"payload", lead("StartTestDrive")}}.dump()).status == 200);
  REQUIRE(revise(leadspool, quarantined, Json{{"changes", {{"Emial", kPerson[2]}}}}.dump()).status == 400);
  wait_until("the CRM has refused something", [&] { return leadspool.count("dead") > 0; });

  require_none_of(canaries, proc_file(leadspool.service(), "cmdline"), "the list of processes");
  {
    // Nobody writes into the pipe, so it stays to be looked at.
    REQUIRE(mkfifo(leadspool.file("pipe").c_str(), 0600) == 0);
    const Process revising({LEADSPOOL_BINARY, "leads", "revise", quarantined, "--set", "email=" + kPerson[2],
                            "--set=company=" + kPerson[4], "--payload", leadspool.file("pipe"), "--config",
                            leadspool.config()});
    wait_until("its arguments are blanked", [&] {
      return proc_file(revising, "cmdline").find(std::string("--set\0****", 10)) != std::string::npos;
    });
    require_none_of(canaries, proc_file(revising, "cmdline"), "the list of processes");
  }
  require_none_of(canaries, leadspool.admin("GET", "/api/v1/status").body, "status");
  const auto limits = proc_file(leadspool.service(), "limits");
  const auto core = limits.find("Max core file size");
  INFO(limits);
  REQUIRE(core != std::string::npos);
  REQUIRE(limits.find_first_not_of(' ', core + 18) == limits.find("0 ", core));

  const auto ended = leadspool.stop();
  require_none_of(canaries, ended.err, "the log");
  for (const auto* name : {"leadspool.db", "leadspool.toml"})
    require_none_of({key}, leadspool.read(name), name);
}

}  // namespace leadspool::test

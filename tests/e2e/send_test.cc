// `leadspool send` as a person uses it, against a real Leadspool and against servers that are none.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include <sys/stat.h>
#include <unistd.h>

#include "e2e/installation.h"
#include "support/catch.h"
#include "support/raw_server.h"

namespace leadspool::test {
namespace {

constexpr auto kKey = "key-of-a-canary";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Ended send(const Installation& leadspool, const std::vector<std::string>& words) {
  std::vector<std::string> command{LEADSPOOL_BINARY, "send", "@" + leadspool.file("lead_url.txt"),
                                   "--ca-file", leadspool.file("certificate.pem")};
  command.insert(command.end(), words.begin(), words.end());
  return run(std::move(command));
}

std::string url_with_key(const RawServer& server) { return server.url("/leads/marketplace?key=") + kKey; }

// A server that never answers.
void keep_silent(int socket, int) {
  static_cast<void>(RawServer::read_request(socket));
  RawServer::wait_for_end(socket);
}

std::string read_proc(const Process& process, const std::string& name) {
  std::ifstream file("/proc/" + std::to_string(process.pid()) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("send posts one of every kind, each another lead, and all are kept") {
  Installation leadspool;
  leadspool.serve();
  const auto ended = send(leadspool, {"--kind", "all"});
  INFO(ended.out + ended.err);
  REQUIRE(ended.code == 0);
  for (const auto* kind : {"official", "camelcase", "test", "blank", "nulls", "dnc", "bom", "chunked", "gzip",
                           "unicode", "people"}) {
    INFO(kind);
    REQUIRE(contains(ended.out, std::string(kind) + ": 202 accepted "));
  }
  REQUIRE(contains(ended.out, "empty: 202 probe "));
  REQUIRE(contains(ended.out, "broken: 422 not_json "));
  REQUIRE(contains(ended.out, "\n13 sent: 11 accepted, 1 not_json, 1 probe\n"));

  std::set<std::string> people;
  const auto leads = leadspool.ask({"leads", "list", "--limit", "20"})["leads"];
  for (const auto& lead : leads) {
    people.insert(lead["email"].get<std::string>());
  }
  for (const auto* email : {"someone@contoso.com", "someone10@contoso.com", "someone11@contoso.com"}) {
    INFO(email);
    REQUIRE(people.contains(email));
  }
}

TEST_CASE("a lead that is sent again is shown as a duplicate of the first") {
  Installation leadspool;
  leadspool.serve();
  const auto first = send(leadspool, {"--json"});
  REQUIRE(first.code == 0);
  const auto again = send(leadspool, {"-n", "2"});
  INFO(again.out);
  REQUIRE(again.code == 0);
  REQUIRE(contains(again.out,
                   "202 duplicate of " + Json::parse(first.out)["id"].get<std::string>() + ", kept as "));
  REQUIRE(contains(again.out, "\n2 sent: 1 accepted, 1 duplicate\n"));
}

TEST_CASE("different people are different leads, and the URL may come by standard input") {
  Installation leadspool;
  leadspool.serve();
  const auto ended =
      run({"/bin/sh", "-c",
           std::string(LEADSPOOL_BINARY) + " send - --kind people -n 100 --ca-file '" +
               leadspool.file("certificate.pem") + "' < '" + leadspool.file("lead_url.txt") + "'"});
  INFO(ended.out + ended.err);
  REQUIRE(ended.code == 0);
  REQUIRE(contains(ended.out, "\n100 sent: 100 accepted\n"));
}

TEST_CASE("send fails when a lead was not kept, whatever the answer looks like") {
  for (const std::string answer :
       {"404 Not Found\r\nContent-Length: 0", "200 OK\r\nContent-Length: 0",
        "422 No\r\nContent-Length: 17\r\n\r\n{\"error\":\"words\"}",
        "500 No\r\nContent-Length: 14\r\n\r\n{\"status\":\"up\"}",
        "422 No\r\nContent-Length: 29\r\n\r\n{\"error\":{\"code\":7},\"id\":null}"}) {
    RawServer server([&](int socket, int) {
      static_cast<void>(RawServer::read_request(socket));
      const auto end = answer.find("\r\n\r\n") == std::string::npos ? "\r\n\r\n" : "";
      RawServer::write(socket, "HTTP/1.1 " + answer + end);
    });
    const auto ended = run({LEADSPOOL_BINARY, "send", url_with_key(server)});
    INFO(answer + "\n" + ended.out + ended.err);
    REQUIRE(ended.code == 1);
    REQUIRE(ended.out.starts_with(answer.substr(0, 3)));
  }
}

TEST_CASE("what is missing is told before anything is sent") {
  RawServer server(keep_silent);
  const auto no_certificate =
      run({LEADSPOOL_BINARY, "send", url_with_key(server), "--ca-file", "/nowhere.pem"});
  REQUIRE(no_certificate.code == 2);
  REQUIRE(contains(no_certificate.err, "/nowhere.pem does not exist"));
  const auto no_url = run({LEADSPOOL_BINARY, "send", "@/nowhere.txt"});
  REQUIRE(no_url.code == 2);
  REQUIRE(contains(no_url.err, "/nowhere.txt, does not exist"));
  REQUIRE(run({LEADSPOOL_BINARY, "send", url_with_key(server), "--kind", "unheard-of"}).code == 2);
  REQUIRE(server.connections() == 0);
}

TEST_CASE("a certificate that the system does not vouch for is refused with the option that trusts it") {
  Installation leadspool;
  leadspool.serve();
  const auto untrusted = run({LEADSPOOL_BINARY, "send", "@" + leadspool.file("lead_url.txt")});
  REQUIRE(untrusted.code == 1);
  REQUIRE(contains(untrusted.err, "--ca-file"));
}

TEST_CASE("the key of a URL given as it is does not stand in the list of processes") {
  RawServer server(keep_silent);
  Process sending({LEADSPOOL_BINARY, "send", url_with_key(server)});
  wait_until("it has connected", [&] { return server.connections() > 0; });
  const auto listed = read_proc(sending, "cmdline");
  REQUIRE(contains(listed, "/leads/marketplace?key="));
  REQUIRE_FALSE(contains(listed, kKey));
}

TEST_CASE("the process dumps no core, to a file or to a program, and works without root's rights") {
  RawServer server(keep_silent);
  TemporaryFolder folder;
  // Within reach of a user who is not root.
  std::filesystem::copy_file(LEADSPOOL_BINARY, folder.file("leadspool"));
  const auto url_file = folder.file("lead_url.txt");
  std::ofstream(url_file) << url_with_key(server) << "\n";
  REQUIRE(chmod(folder.path().c_str(), 0755) == 0);
  REQUIRE(chmod(url_file.c_str(), 0644) == 0);
  // By a descriptor, since what is below /proc/self belongs to root in such a process.
  ProcessOptions options;
  options.user = geteuid() == 0 ? 65'534 : 0;
  Process sending(
      {"/bin/sh", "-c", "exec '" + folder.file("leadspool") + "' send @/dev/fd/3 3< '" + url_file + "'"},
      options);
  wait_until("it has connected", [&] { return server.connections() > 0; });
  const auto limits = read_proc(sending, "limits");
  INFO(limits);
  REQUIRE(contains(limits, "Max core file size        0                    0 "));
  struct stat owner{};
  REQUIRE(stat(("/proc/" + std::to_string(sending.pid()) + "/status").c_str(), &owner) == 0);
  REQUIRE(owner.st_uid == 0);
}

}  // namespace leadspool::test

// Copies of a store under load, and what they are worth: the real program, real files.
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "e2e/installation.h"
#include "e2e/load.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

namespace fs = std::filesystem;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string lead_of(const std::string& email) {
  return Json{{"UserDetails", {{"LastName", "One"}, {"Email", email}}}}.dump();
}

std::set<std::string> ids_of(const Load& load) {
  std::set<std::string> ids;
  const auto acknowledged = load.acknowledged();
  for (const auto& [number, id] : acknowledged) {
    if (!id.empty()) ids.insert(id);
  }
  return ids;
}

// Every lead that the service of `installation` knows.
std::set<std::string> ids_in(const Installation& installation) {
  const auto exported = installation.leadspool({"leads", "export", "--format", "ndjson"});
  REQUIRE(exported.code == 0);
  std::set<std::string> ids;
  std::istringstream lines(exported.out);
  for (std::string line; std::getline(lines, line);) ids.insert(Json::parse(line)["id"].get<std::string>());
  return ids;
}

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> names;
  for (fs::directory_iterator entry(folder), end; entry != end; ++entry) {
    names.push_back(entry->path().filename().string());
  }
  return names;
}

// A backup folder other than what init chose.
void keep_backups(const Installation& leadspool, const std::string& folder) {
  auto config = leadspool.read("leadspool.toml");
  const auto begin = config.find("\n[backup]");
  if (begin != std::string::npos) config.erase(begin, config.find("\n[", begin + 1) - begin);
  leadspool.write("leadspool.toml", config + "\n[backup]\nfolder = \"" + folder + "\"\n");
}

}  // namespace

TEST_CASE("a backup under full load holds every lead acknowledged before it began, and can be lived on") {
  Installation leadspool;
  leadspool.serve();
  Load load({.url = leadspool.lead_url(), .ca_file = leadspool.file("certificate.pem")});
  load.start();
  load.wait_for(150);
  const auto before = ids_of(load);
  const auto copy = leadspool.file("copy.db");
  const auto made = leadspool.ask({"backup", copy, "--reason", "a test"});
  const int while_copying = load.acknowledged_now();
  load.wait_for(50);
  load.stop();
  REQUIRE(load.failures().empty());
  REQUIRE(while_copying > 0);
  REQUIRE(made["leads"].get<std::size_t>() >= before.size());
  REQUIRE(fs::status(copy).permissions() == fs::perms(0600));
  for (const auto& name : files_in(leadspool.file("."))) {
    INFO(name);
    REQUIRE_FALSE(contains(name, ".taken-away-"));
    REQUIRE_FALSE(contains(name, "copy.db."));
  }
  const auto twice = leadspool.leadspool({"backup", copy});
  REQUIRE(twice.code == 1);
  REQUIRE(contains(twice.err, "overwrites nothing"));
  REQUIRE(leadspool.stop().code == 0);

  Installation elsewhere;
  const auto restored = elsewhere.leadspool({"restore", copy});
  INFO(restored.out + restored.err);
  REQUIRE(restored.code == 0);
  elsewhere.serve();
  const auto there = ids_in(elsewhere);
  for (const auto& id : before) {
    INFO(id);
    REQUIRE(there.contains(id));
  }
  REQUIRE(there.size() == made["leads"].get<std::size_t>());
  static_cast<void>(elsewhere.accept(lead_of("new@contoso.com")));
  REQUIRE(ids_in(elsewhere).size() == there.size() + 1);
}

TEST_CASE("the service makes its first copy by itself, and more when it is asked") {
  Installation leadspool;
  keep_backups(leadspool, "copies");
  leadspool.serve();
  static_cast<void>(leadspool.accept(lead_of("anna@contoso.com")));
  wait_until("a copy is there", [&] { return !leadspool.ask({"backups", "list"})["files"].empty(); });
  const auto made = leadspool.ask({"backups", "make", "--reason", "a test"});
  REQUIRE(made["leads"] == 1);
  const auto listed = leadspool.ask({"backups", "list"});
  REQUIRE(listed["files"].size() == 2);
  REQUIRE(listed["files"][0] == made["file"]);
  REQUIRE(listed["folder"] == leadspool.file("copies"));
  REQUIRE(files_in(leadspool.file("copies")).size() == 2);

  const auto status = leadspool.ask({"status"})["backup"];
  REQUIRE(status["last_at"] == made["file"]["made_at"]);
  REQUIRE(status["problem"].is_null());
  REQUIRE(contains(leadspool.leadspool({"status"}).out, "Backup       the last one at "));
  REQUIRE(contains(leadspool.leadspool({"backups", "list"}).out, "The next is due at "));
  REQUIRE(contains(leadspool.admin("GET", "/metrics").body, "leadspool_backup_bytes "));
  REQUIRE(leadspool.leadspool({"verify", made["file"]["path"].get<std::string>()}).code == 0);
}

TEST_CASE("a folder that cannot be used is an open alert and a line of the status, and a reload ends it") {
  Installation leadspool;
  keep_backups(leadspool, "no/such/folder");
  leadspool.serve();
  wait_until("it is told", [&] {
    const auto alerts = leadspool.ask({"alerts", "list"});
    return alerts["open"].size() == 1 && alerts["open"][0]["name"] == "backup";
  });
  const auto status = leadspool.leadspool({"status"});
  REQUIRE(contains(status.out, "Backup       none yet"));
  REQUIRE(contains(status.out, "the last backup failed: the folder "));
  const auto made = leadspool.leadspool({"backups", "make"});
  REQUIRE(made.code == 1);
  REQUIRE(contains(made.err, "No such file or directory"));

  keep_backups(leadspool, "copies");
  REQUIRE(leadspool.leadspool({"reload"}).code == 0);
  wait_until("a copy is there", [&] { return !leadspool.ask({"backups", "list"})["files"].empty(); });
  REQUIRE(leadspool.ask({"status"})["backup"]["problem"].is_null());
}

TEST_CASE("without a service the commands make the same copies themselves") {
  Installation leadspool;
  keep_backups(leadspool, "copies");
  leadspool.serve();
  static_cast<void>(leadspool.accept(lead_of("anna@contoso.com")));
  wait_until("a copy is there", [&] { return !leadspool.ask({"backups", "list"})["files"].empty(); });
  REQUIRE(leadspool.stop().code == 0);
  const auto before = leadspool.ask({"backups", "list"})["files"].size();
  REQUIRE(leadspool.ask({"backups", "make"})["leads"] == 1);
  REQUIRE(leadspool.ask({"backups", "list"})["files"].size() == before + 1);
  REQUIRE(leadspool.ask({"status"})["backup"]["last_at"].is_string());
  const auto copy = leadspool.file("copy.db");
  REQUIRE(leadspool.ask({"backup", copy})["leads"] == 1);
  REQUIRE(leadspool.leadspool({"verify", copy}).code == 0);
}

TEST_CASE(
    "a copy of a store whose bytes were altered is refused, and the alert says that the store is damaged") {
  Installation leadspool;
  keep_backups(leadspool, "copies");
  leadspool.serve();
  const std::string email = "a-person-of-note@contoso.com";
  static_cast<void>(leadspool.accept(lead_of(email)));
  REQUIRE(leadspool.stop().code == 0);
  const auto before = files_in(leadspool.file("copies"));
  // One letter of the payload. The log, which the service has copied into the store, would hide it.
  for (const char* end : {"-wal", "-shm"}) fs::remove(leadspool.file("leadspool.db") + end);
  auto store = leadspool.read("leadspool.db");
  const std::string member = R"("Email":")";
  const auto at = store.find(member + email);
  REQUIRE(at != std::string::npos);
  store[at + member.size()] = 'X';
  leadspool.write("leadspool.db", store);

  const auto copy = leadspool.file("copy.db");
  const auto refused = leadspool.leadspool({"backup", copy});
  REQUIRE(refused.code == 1);
  REQUIRE(contains(refused.err, "it is not good: "));
  REQUIRE(contains(refused.err, "leadspool verify"));
  REQUIRE_FALSE(contains(refused.err, "person-of-note"));
  REQUIRE_FALSE(fs::exists(copy));

  leadspool.serve();
  REQUIRE(leadspool.leadspool({"backups", "make"}).code == 1);
  wait_until("it is told", [&] {
    const auto alerts = leadspool.ask({"alerts", "list"});
    return !alerts["open"].empty() && alerts["open"][0]["name"] == "backup";
  });
  REQUIRE(files_in(leadspool.file("copies")) == before);
}

TEST_CASE("of two backups to one file at once one gets it, whole, and nobody's file is touched") {
  Installation leadspool;
  leadspool.serve();
  for (int i = 0; i < 20; ++i)
    static_cast<void>(leadspool.accept(lead_of(std::to_string(i) + "@contoso.com")));
  const auto copy = leadspool.file("copy.db");
  leadspool.write("copy.db.part", "somebody's own");
  std::vector<Ended> ended(2);
  std::vector<std::thread> commands;
  for (auto& each : ended) commands.emplace_back([&] { each = leadspool.leadspool({"backup", copy}); });
  for (auto& command : commands) command.join();

  const auto& loser = ended[0].code == 0 ? ended[1] : ended[0];
  INFO(ended[0].out << ended[0].err << ended[1].out << ended[1].err);
  REQUIRE(ended[0].code + ended[1].code == 1);
  REQUIRE(contains(loser.err, "is there already, and a backup overwrites nothing"));
  REQUIRE(leadspool.ask({"verify", copy})["leads"] == 20);
  REQUIRE(leadspool.read("copy.db.part") == "somebody's own");
  for (const auto& name : files_in(leadspool.file("."))) REQUIRE_FALSE(contains(name, ".part-"));
}

}  // namespace leadspool::test

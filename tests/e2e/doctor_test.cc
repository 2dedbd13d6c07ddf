// `leadspool check` finds each fault that is planted into a fresh installation, and its mend, followed
// literally, mends it. Those of the certificate are in doctor_certificate_test.cc.
#include <filesystem>
#include <fstream>
#include <memory>

#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "e2e/checked.h"
#include "e2e/crm_installation.h"
#include "support/catch.h"
#include "support/sample_leads.h"

namespace leadspool::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void execute_sql(const std::string& path, const std::string& sql) {
  sqlite3* raw = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &raw) == SQLITE_OK);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> database(raw, sqlite3_close);
  REQUIRE(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
}

// What stands between `before` and `after` in a mend.
std::string part_of(const std::string& text, const std::string& before, const std::string& after) {
  const auto begin = text.find(before);
  REQUIRE(begin != std::string::npos);
  const auto from = begin + before.size();
  return text.substr(from, text.find(after, from) - from);
}

void remove_line(const Installation& leadspool, int number) {
  auto text = leadspool.read("leadspool.toml");
  std::size_t begin = 0;
  for (int line = 1; line < number; ++line) begin = text.find('\n', begin) + 1;
  leadspool.write("leadspool.toml", text.erase(begin, text.find('\n', begin) + 1 - begin));
}

// The program that was started in it has stored a lead and ended.
void store_a_lead(Installation& leadspool) {
  leadspool.serve();
  leadspool.accept(sample_lead_body("official.json"));
  REQUIRE(leadspool.stop().code == 0);
}

void spoil(const std::string& path) {
  // Which has the beginning of the file once more.
  std::filesystem::remove(path + "-wal");
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(0);
  file << std::string(100, '#');
}

const std::vector<std::string> kOffline{"--offline"};

}  // namespace

TEST_CASE("doctor: an unknown key, and the line to edit") {
  const Installation leadspool;
  require_found_and_mended(
      leadspool, {.name = "config",
                  .level = "fail",
                  .plant = [&] { replace_in_config(leadspool, "[admin]\n", "[admin]\ncolour = 1\n"); },
                  .follow =
                      [&](const std::string& mend) {
                        REQUIRE(contains(mend, leadspool.config()));
                        remove_line(leadspool, std::stoi(part_of(mend, "edit line ", " of")));
                      },
                  .words = kOffline});
}

TEST_CASE("doctor: a secret's file that is not there") {
  const CrmInstallation leadspool(crm_type("hubspot"));
  require_found_and_mended(
      leadspool,
      {.name = "config",
       .level = "fail",
       .plant = [&] { std::filesystem::rename(leadspool.file("token.txt"), leadspool.file("moved.txt")); },
       .follow =
           [&](const std::string& mend) {
             const int line = std::stoi(part_of(mend, "edit line ", " of"));
             remove_line(leadspool, line);
             leadspool.append_to_config("token = { file = \"moved.txt\" }\n");
           },
       .words = kOffline});
}

TEST_CASE("doctor: a secret that everybody may read") {
  const CrmInstallation leadspool(crm_type("hubspot"));
  REQUIRE(chmod(leadspool.file("token.txt").c_str(), 0600) == 0);
  require_found_and_mended(leadspool,
                           {.name = "secret_file",
                            .level = "warn",
                            .plant = [&] { REQUIRE(chmod(leadspool.file("token.txt").c_str(), 0644) == 0); },
                            .follow = [](const std::string& mend) { run_mend(mend); },
                            .words = kOffline});
}

TEST_CASE("doctor: a port that another program holds, by its name") {
  const Installation leadspool;
  std::unique_ptr<Process> holder;
  require_found_and_mended(leadspool, {.name = "receiver_port",
                                       .level = "fail",
                                       .plant =
                                           [&] {
                                             holder = std::make_unique<Process>(std::vector<std::string>{
                                                 LEADSPOOL_BINARY, "simulate-crm", "--listen",
                                                 "127.0.0.1:" + std::to_string(leadspool.port())});
                                             holder->wait_for_output("listens on");
                                           },
                                       .follow =
                                           [&](const std::string& mend) {
                                             REQUIRE(contains(mend, "kill " + std::to_string(holder->pid())));
                                             run_mend(first_command(mend));
                                             static_cast<void>(holder->wait());
                                           },
                                       .words = kOffline});
}

TEST_CASE("doctor: a store's folder that does not exist") {
  const Installation leadspool;
  require_found_and_mended(
      leadspool,
      {.name = "store_folder",
       .level = "fail",
       .plant = [&] { replace_in_config(leadspool, "\"leadspool.db\"", "\"absent/here/leadspool.db\""); },
       .follow = [](const std::string& mend) { run_mend(mend); },
       .words = kOffline});
}

TEST_CASE("doctor: a store's folder in which the service's user may not write") {
  if (geteuid() != 0) return;  // who is not root cannot run a service as somebody else
  const Installation leadspool;
  constexpr uid_t kNobody = 65'534;
  const auto folder = leadspool.file("spool");
  std::filesystem::create_directory(folder);
  replace_in_config(leadspool, "\"leadspool.db\"", "\"spool/leadspool.db\"");
  const auto give_away = [&] { REQUIRE(chown(folder.c_str(), kNobody, kNobody) == 0); };
  SECTION("on the way to it") {
    require_found_and_mended(leadspool, {.name = "store_folder",
                                         .level = "fail",
                                         .plant = give_away,
                                         .follow =
                                             [](const std::string& mend) {
                                               REQUIRE(contains(mend, "chmod o+x"));
                                               run_mend(mend);
                                             },
                                         .words = kOffline});
  }
  SECTION("in the folder itself") {
    REQUIRE(chmod(leadspool.file("").c_str(), 0711) == 0);
    give_away();
    require_found_and_mended(leadspool, {.name = "store_folder",
                                         .level = "fail",
                                         .plant = [&] { REQUIRE(chmod(folder.c_str(), 0500) == 0); },
                                         .follow = [](const std::string& mend) { run_mend(mend); },
                                         .words = kOffline});
  }
  SECTION("a file of root's in there") {
    REQUIRE(chmod(leadspool.file("").c_str(), 0711) == 0);
    give_away();
    require_found_and_mended(leadspool, {.name = "store_owner",
                                         .level = "fail",
                                         .plant = [&] { leadspool.write("spool/leadspool.db", ""); },
                                         .follow = [](const std::string& mend) { run_mend(mend); },
                                         .words = kOffline});
  }
  SECTION("the key, which only root may read") {
    REQUIRE(chmod(leadspool.file("").c_str(), 0711) == 0);
    require_found_and_mended(leadspool, {.name = "private_key",
                                         .level = "fail",
                                         .plant = give_away,
                                         .follow = [](const std::string& mend) { run_mend(mend); },
                                         .words = kOffline});
  }
}

TEST_CASE("doctor: a disk short of room") {
  const Installation leadspool;
  require_found_and_mended(
      leadspool,
      {.name = "disk_space",
       .level = "fail",
       .plant = [&] { replace_in_config(leadspool, "[store]\n", "[store]\nminimum_free_mib = 1048576\n"); },
       .follow =
           [&](const std::string& mend) {
             REQUIRE(contains(mend, "or lower minimum_free_mib in " + leadspool.config()));
             replace_in_config(leadspool, "= 1048576", "= 1");
           },
       .words = kOffline});
}

TEST_CASE("doctor: a store of a newer program, gone back from by the copy from before") {
  Installation leadspool;
  const auto store = leadspool.file("leadspool.db");
  store_a_lead(leadspool);
  require_found_and_mended(
      leadspool,
      {.name = "schema",
       .level = "fail",
       .plant =
           [&] {
             const auto version = leadspool.ask({"migrate", "--dry-run"})["to"].get<int>();
             std::filesystem::copy(store, store + ".schema-" + std::to_string(version));
             execute_sql(store, "PRAGMA user_version = 999");
           },
       .follow = [](const std::string& mend) { run_mend(mend.substr(mend.find("leadspool restore"))); },
       .words = kOffline});
}

TEST_CASE("doctor: a file that is another program's") {
  const Installation leadspool;
  require_found_and_mended(
      leadspool, {.name = "store",
                  .level = "fail",
                  .plant = [&] { execute_sql(leadspool.file("leadspool.db"), "CREATE TABLE theirs (a)"); },
                  .follow =
                      [&](const std::string& mend) {
                        REQUIRE(contains(mend, "set [store] path to another file"));
                        replace_in_config(leadspool, "\"leadspool.db\"", "\"ours.db\"");
                      },
                  .words = kOffline});
}

TEST_CASE("doctor: a damaged store, restored from the newest copy") {
  Installation leadspool;
  store_a_lead(leadspool);
  static_cast<void>(leadspool.ask({"backups", "make"}));
  require_found_and_mended(leadspool,
                           {.name = "store",
                            .level = "fail",
                            .plant = [&] { spoil(leadspool.file("leadspool.db")); },
                            .follow = [](const std::string& mend) { run_mend(first_command(mend)); },
                            .words = kOffline});
  REQUIRE(leadspool.ask({"status"})["leads"] == 1);
}

TEST_CASE("doctor: the newest copy is too old, or there is none") {
  Installation leadspool;
  leadspool.serve();
  const auto folder = leadspool.file("backups");
  wait_until("the first copy was made",
             [&] { return std::filesystem::exists(folder) && !std::filesystem::is_empty(folder); });
  REQUIRE(leadspool.stop().code == 0);
  const auto with_copy = [&](const std::string& name) {
    for (const auto& each : std::filesystem::directory_iterator(folder)) std::filesystem::remove(each.path());
    if (!name.empty()) leadspool.write("backups/" + name, "a copy\n");
  };
  const auto follow = [](const std::string& mend) { run_mend(first_command(mend)); };
  static_cast<void>(leadspool.ask({"backups", "make"}));
  SECTION("too old") {
    require_found_and_mended(leadspool, {.name = "backup",
                                         .level = "fail",
                                         .plant = [&] { with_copy("leadspool-20260101T030000Z.db"); },
                                         .follow = follow,
                                         .words = kOffline});
  }
  SECTION("none") {
    require_found_and_mended(leadspool, {.name = "backup",
                                         .level = "warn",
                                         .plant = [&] { with_copy(""); },
                                         .follow = follow,
                                         .words = kOffline});
  }
}

TEST_CASE("doctor: a store that was written in the future") {
  const Installation leadspool;
  REQUIRE(leadspool.leadspool({"migrate"}).code == 0);
  const auto in_future = [&] {
    const auto store = leadspool.file("leadspool.db");
    std::filesystem::last_write_time(store, std::filesystem::last_write_time(store) + std::chrono::hours{5});
  };
  require_found_and_mended(leadspool, {.name = "clock",
                                       .level = "fail",
                                       .plant = in_future,
                                       .follow =
                                           [](const std::string& mend) {
                                             // The clock is right, so the second half is for us.
                                             run_mend(part_of(mend, "if the clock is right now: ", "\n"));
                                           },
                                       .words = kOffline});
}

TEST_CASE("doctor: a CRM that refuses the secret") {
  const CrmInstallation leadspool(crm_type("salesforce"));
  require_found_and_mended(leadspool, {.name = "destination",
                                       .level = "fail",
                                       .plant = [&] { leadspool.spoil_secrets(); },
                                       .follow =
                                           [&](const std::string& mend) {
                                             REQUIRE(contains(mend, "client_secret"));
                                             leadspool.give_secrets();
                                           }});
}

TEST_CASE("doctor: a CRM that is down") {
  Installation leadspool;
  leadspool.simulate_crm();
  require_found_and_mended(leadspool, {.name = "destination",
                                       .level = "fail",
                                       .plant = [&] { leadspool.stop_crm(); },
                                       .follow =
                                           [&](const std::string& mend) {
                                             REQUIRE(contains(mend, "start that server"));
                                             leadspool.simulate_crm();
                                           }});
}

TEST_CASE("doctor: nobody is told of trouble") {
  const Installation leadspool;
  leadspool.append_to_config("[alert]\nwebhook = \"http://127.0.0.1:9/\"\n");
  require_found_and_mended(
      leadspool, {.name = "alert",
                  .level = "warn",
                  .plant = [&] { replace_in_config(leadspool, "webhook = \"http://127.0.0.1:9/\"\n", ""); },
                  .follow =
                      [&](const std::string& mend) {
                        REQUIRE(contains(mend, "set [alert] webhook"));
                        replace_in_config(leadspool, "[alert]\n",
                                          "[alert]\nwebhook = \"http://127.0.0.1:9/\"\n");
                      },
                  .words = kOffline});
}

TEST_CASE("doctor: no token opens the admin listener") {
  const Installation leadspool;
  require_found_and_mended(
      leadspool,
      {.name = "admin_token",
       .level = "warn",
       .plant = [&] { replace_in_config(leadspool, "token_sha256 =", "# token_sha256 ="); },
       .follow =
           [&](const std::string& mend) {
             const auto folder = std::filesystem::path(LEADSPOOL_BINARY).parent_path().string();
             const auto made =
                 run({"/bin/sh", "-c", "PATH=" + folder + ":$PATH; " + part_of(mend, "", " makes one")});
             REQUIRE(contains(made.out, "[[admin.token]]"));
             const auto lines = made.out.substr(made.out.find("  [[admin.token]]"));
             leadspool.append_to_config(lines);
           },
       .words = kOffline});
}

TEST_CASE("doctor: what the service tells of trouble is told too") {
  Installation leadspool;
  leadspool.simulate_crm();
  leadspool.serve();
  SECTION("a pause") {
    require_found_and_mended(
        leadspool,
        {.name = "destination_paused",
         .level = "warn",
         .plant =
             [&] {
               REQUIRE(leadspool.leadspool({"destinations", "pause", "crm", "--reason", "test"}).code == 0);
             },
         .follow = [](const std::string& mend) { run_mend(mend); }});
  }
  SECTION("a reload that was refused") {
    require_found_and_mended(leadspool, {.name = "reload_refused",
                                         .level = "fail",
                                         .plant =
                                             [&] {
                                               leadspool.append_to_config("colour = 1\n");
                                               REQUIRE(leadspool.leadspool({"reload"}).code != 0);
                                               replace_in_config(leadspool, "colour = 1\n", "");
                                             },
                                         .follow = [](const std::string& mend) { run_mend(mend); }});
  }
}

TEST_CASE("doctor: a service that hangs holds up nobody, and is told of") {
  Installation leadspool;
  leadspool.serve();
  leadspool.service().signal(SIGSTOP);
  const auto found = check(leadspool);
  leadspool.service().signal(SIGCONT);
  INFO(found.text());
  REQUIRE(found.of("service", "fail").size() == 1);
  REQUIRE(found.of("store", "warn").empty());
}

TEST_CASE("doctor: offline calls nobody") {
  const Installation leadspool;
  const auto found = check(leadspool, kOffline);
  INFO(found.text());
  REQUIRE(found.of("destination", "fail").empty());
  REQUIRE_FALSE(check(leadspool).of("destination", "fail").empty());
}

TEST_CASE("doctor: another user is told what cannot be judged") {
  if (geteuid() != 0) return;
  const Installation leadspool;
  // Within the reach of that user: the program, the file, the folder.
  std::filesystem::copy_file(LEADSPOOL_BINARY, leadspool.file("leadspool"));
  for (const auto* name : {"leadspool.toml", "certificate.pem", "private_key.pem"}) {
    REQUIRE(chmod(leadspool.file(name).c_str(), 0644) == 0);
  }
  REQUIRE(chmod(leadspool.file("").c_str(), 0755) == 0);
  ProcessOptions options;
  options.user = 65'534;
  const auto ended =
      run({leadspool.file("leadspool"), "check", "--offline", "--config", leadspool.config()}, options);
  INFO(ended.out + ended.err);
  REQUIRE(contains(ended.out, "cannot be judged"));
  REQUIRE(contains(ended.out, "sudo leadspool check"));
}

}  // namespace leadspool::test

// Copies by a schedule and on demand, of a real store into real folders; the clock is the test's.
#include "upkeep/backups.h"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/verification.h"
#include "support/captured_log.h"
#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::StoreFixture;
using upkeep::BackupResult;
using upkeep::Backups;
using upkeep::MadeBackup;

struct BackupFixture : StoreFixture {
  explicit BackupFixture(bool own_thread = false) : StoreFixture(own_thread) {}

  [[nodiscard]] upkeep::BackupRules rules(std::size_t keep = 3) const {
    upkeep::BackupRules made;
    made.store = path;
    made.folder = backup_folder;
    made.keep = keep;
    return made;
  }

  // Their names, the newest first.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& file : upkeep::backup_files(backup_folder)) found.push_back(name_of(file.path));
    return found;
  }

  // All that is in the folder, whatever it is called.
  [[nodiscard]] std::size_t count_in_folder() const {
    std::size_t count = 0;
    for (fs::directory_iterator entry(backup_folder), end; entry != end; ++entry) ++count;
    return count;
  }

  [[nodiscard]] std::size_t count_beside_store(const std::string& begin) const {
    std::size_t count = 0;
    for (fs::directory_iterator entry(folder.path()), end; entry != end; ++entry) {
      if (name_of(entry->path()).starts_with(begin)) ++count;
    }
    return count;
  }

  static std::string name_of(const fs::path& file) { return file.filename().string(); }

  std::string backup_folder = folder.file("backups");
};

void write_file(const std::string& file) { std::ofstream(file) << "something"; }

const MadeBackup& made(const BackupResult& result) {
  if (const auto* why = std::get_if<std::string>(&result)) throw std::runtime_error(*why);
  return std::get<MadeBackup>(result);
}

const std::string& why_not(const BackupResult& result) { return std::get<std::string>(result); }

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// What nothing of ours does: the bytes of a lead are not those that came.
void spoil_a_payload(const std::string& store) {
  SQLite::Database raw(store, SQLite::OPEN_READWRITE);
  std::vector<std::pair<std::string, std::string>> triggers;
  SQLite::Statement row(raw, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'");
  while (row.executeStep()) triggers.emplace_back(row.getColumn(0).getString(), row.getColumn(1).getString());
  row.reset();
  for (const auto& [name, sql] : triggers) raw.exec("DROP TRIGGER " + name);
  raw.exec("UPDATE lead SET payload = CAST('{\"UserDetails\":[]}' AS BLOB)");
  for (const auto& [name, sql] : triggers) raw.exec(sql);
}

}  // namespace

TEST_CASE("a copy is named after its moment, holds the store, and is its owner's alone") {
  BackupFixture store;
  Backups backups(store.rules(), store.committer, store.clock);
  store.add_lead();
  store.add_lead("Two");
  const auto result = backups.make_now();
  REQUIRE(made(result).leads == 2);
  REQUIRE(store.names() == std::vector<std::string>{"leadspool-20260101T000000Z.db"});
  REQUIRE(store.count_in_folder() == 1);
  const auto found = outbox::verify_store(made(result).file.path);
  REQUIRE(found.is_good());
  REQUIRE(found.leads == 2);
  REQUIRE(made(result).file.bytes == found.bytes);
  REQUIRE(fs::status(made(result).file.path).permissions() == fs::perms(0600));
  REQUIRE(fs::status(store.backup_folder).permissions() == fs::perms(0700));
}

TEST_CASE("a copy is due when the newest in the folder is old enough, whichever process made it") {
  BackupFixture store;
  {
    Backups backups(store.rules(), store.committer, store.clock);
    REQUIRE_FALSE(backups.status().next_at);  // not known before a look
    backups.run_once();
    REQUIRE(store.names().size() == 1);
    REQUIRE(backups.status().next_at == store.clock.now() + hours{24});
    backups.run_once();
    REQUIRE(store.names().size() == 1);
  }
  store.clock.advance(hours{24} - seconds{1});
  Backups backups(store.rules(), store.committer, store.clock);
  backups.run_once();
  REQUIRE(store.names().size() == 1);
  store.clock.advance(seconds{1});
  backups.run_once();
  REQUIRE(store.names() ==
          std::vector<std::string>{"leadspool-20260102T000000Z.db", "leadspool-20260101T000000Z.db"});
}

TEST_CASE("the oldest beyond those that are kept go, and nothing else does") {
  BackupFixture store;
  Backups backups(store.rules(2), store.committer, store.clock);
  for (int day = 0; day < 4; ++day) {
    backups.run_once();
    store.clock.advance(hours{24});
  }
  REQUIRE(store.names() ==
          std::vector<std::string>{"leadspool-20260104T000000Z.db", "leadspool-20260103T000000Z.db"});
  for (const char* other : {"/leadspool-20250101T000000Z.db.gz", "/leadspool-2025.db", "/notes.txt",
                            "/leadspool-20251301T000000Z.db"}) {
    write_file(store.backup_folder + other);
  }
  backups.run_once();
  REQUIRE(store.names().size() == 2);
  REQUIRE(store.count_in_folder() == 6);
}

TEST_CASE("copies of the same second stand beside each other") {
  BackupFixture store;
  Backups backups(store.rules(), store.committer, store.clock);
  const auto one = backups.make_now();
  const auto two = backups.make_now();
  const auto three = backups.make_now();
  REQUIRE(made(one).file.path != made(two).file.path);
  REQUIRE(made(two).file.path != made(three).file.path);
  REQUIRE(store.names().size() == 3);
}

TEST_CASE("a copy from the future neither keeps others from being made nor outlives them") {
  BackupFixture store;
  Backups backups(store.rules(2), store.committer, store.clock);
  store.clock.set_by(hours{24 * 365 * 10});
  backups.run_once();
  const auto from_future = store.names().at(0);
  store.clock.set_by(-hours{24 * 365 * 10});
  REQUIRE_FALSE(backups.status().newest);
  REQUIRE(backups.status().next_at == store.clock.now());
  backups.run_once();
  REQUIRE(store.names() == std::vector<std::string>{from_future, "leadspool-20260101T000000Z.db"});
  REQUIRE(backups.status().newest->made_at == store.clock.now());
  REQUIRE(backups.status().next_at == store.clock.now() + hours{24});
  backups.run_once();
  REQUIRE(store.names().size() == 2);
  store.clock.advance(hours{24});
  backups.run_once();
  REQUIRE(store.names() ==
          std::vector<std::string>{"leadspool-20260102T000000Z.db", "leadspool-20260101T000000Z.db"});
}

TEST_CASE("a clock that was set back removes no copy before its time") {
  BackupFixture store;
  Backups backups(store.rules(1), store.committer, store.clock);
  store.clock.advance(hours{1});
  backups.run_once();
  store.clock.set_by(-hours{24});
  const auto result = backups.make_now();
  REQUIRE(fs::exists(made(result).file.path));
  REQUIRE(store.names().size() == 1);
}

TEST_CASE("a failure is told, tried again after ten minutes, and forgotten once it is over") {
  BackupFixture store;
  Backups backups(store.rules(), store.committer, store.clock);
  write_file(store.backup_folder);  // a file where the folder should be
  const Time began = store.clock.now();
  test::CapturedLog log;
  backups.run_once();
  REQUIRE(contains(log.text(), "backup_failed"));
  REQUIRE_FALSE(backups.status().problem.empty());
  REQUIRE(backups.status().failing_since == began);
  REQUIRE(backups.status().failures == 1);
  REQUIRE(backups.status().next_at == began + minutes{10});

  store.clock.advance(minutes{9});
  backups.run_once();
  REQUIRE(backups.status().failures == 1);
  SECTION("when it comes again, it lasts since the first time") {
    store.clock.advance(minutes{1});
    backups.run_once();
    REQUIRE(backups.status().failures == 2);
    REQUIRE(backups.status().failing_since == began);
  }
  SECTION("whatever the wall clock is set to") {
    store.clock.set_by(-hours{24 * 365});
    store.clock.advance(minutes{1});
    fs::remove(store.backup_folder);
    backups.run_once();
    REQUIRE(store.names().size() == 1);
  }
  SECTION("a person's try, or another configuration, does not wait") {
    fs::remove(store.backup_folder);
    if (GENERATE(true, false)) {
      static_cast<void>(made(backups.make_now()));
    } else {
      backups.reconfigure(store.rules());
      backups.run_once();
    }
    REQUIRE(store.names().size() == 1);
    REQUIRE(backups.status().problem.empty());
    REQUIRE_FALSE(backups.status().failing_since);
  }
}

TEST_CASE("the folder above must be there, as a disk that is not mounted is not filled") {
  BackupFixture store;
  auto rules = store.rules();
  rules.folder = store.folder.file("vault/backups");
  Backups backups(rules, store.committer, store.clock);
  REQUIRE(contains(why_not(backups.make_now()), "No such file or directory"));
  REQUIRE_FALSE(fs::exists(store.folder.file("vault")));
}

TEST_CASE("no copy is begun that would leave too little room on the disk") {
  BackupFixture store;
  auto rules = store.rules();
  const auto free = fs::space(store.folder.path()).available;
  rules.minimum_free_bytes = free;
  Backups backups(rules, store.committer, store.clock);
  REQUIRE(contains(why_not(backups.make_now()), "too little room"));
  REQUIRE(contains(why_not(backups.make_to_take_away()), "too little room"));
  REQUIRE(store.count_in_folder() == 0);
  REQUIRE(store.count_beside_store("leads.db.taken-away-") == 0);
}

TEST_CASE("what a process that died left is removed, and other people's files are not") {
  BackupFixture store(true);
  fs::create_directory(store.backup_folder);
  const auto left = store.backup_folder + "/.leadspool-20251231T030000Z.db.unfinished";
  const auto beside = store.path + ".taken-away-1";
  const std::string others[] = {store.backup_folder + "/.leadspool-mine.db.unfinished",
                                store.backup_folder + "/photo.unfinished", store.path + ".copied",
                                store.path + ".taken-away-mine"};
  for (const auto& file : others) write_file(file);
  write_file(left);
  write_file(beside);
  Backups backups(store.rules(), store.committer, store.clock);
  REQUIRE_FALSE(fs::exists(beside));
  backups.start();
  while (fs::exists(left)) std::this_thread::yield();
  write_file(left);
  static_cast<void>(made(backups.make_now()));
  REQUIRE_FALSE(fs::exists(left));
  for (const auto& file : others) REQUIRE(fs::exists(file));
}

TEST_CASE("a copy that is not good is not kept, removes no other, and says what is wrong with the store") {
  BackupFixture store;
  Backups backups(store.rules(1), store.committer, store.clock);
  store.add_lead();
  static_cast<void>(made(backups.make_now()));
  const auto good = store.names();
  spoil_a_payload(store.path);
  store.clock.advance(hours{24});
  backups.run_once();
  REQUIRE(store.names() == good);
  REQUIRE(store.count_in_folder() == 1);
  const auto problem = backups.status().problem;
  REQUIRE(contains(problem, "it is not good: "));
  REQUIRE(contains(problem, "payload"));
  REQUIRE(contains(problem, "leadspool verify"));
  REQUIRE(contains(why_not(backups.make_to_take_away()), "it is not good"));
  REQUIRE(store.count_beside_store("leads.db.taken-away-") == 0);
}

TEST_CASE("a copy to take away stands beside the store, is not counted, and another gets a name of its own") {
  BackupFixture store;
  store.add_lead();
  Backups backups(store.rules(), store.committer, store.clock);
  const auto one = backups.make_to_take_away();
  const auto two = backups.make_to_take_away();
  REQUIRE(made(one).leads == 1);
  REQUIRE(made(one).file.path != made(two).file.path);
  REQUIRE(outbox::verify_store(made(one).file.path).is_good());
  REQUIRE(backups.status().files.empty());
  REQUIRE(store.count_beside_store("leads.db.taken-away-") == 2);
}

TEST_CASE("without a folder nothing is made by itself, and a copy can still be taken away") {
  BackupFixture store;
  auto rules = store.rules();
  rules.folder.clear();
  Backups backups(rules, store.committer, store.clock);
  backups.run_once();
  REQUIRE(backups.status().folder.empty());
  REQUIRE_FALSE(backups.status().next_at);
  REQUIRE(contains(why_not(backups.make_now()), "names no folder"));
  REQUIRE(fs::exists(made(backups.make_to_take_away()).file.path));
  backups.reconfigure(store.rules());
  backups.run_once();
  REQUIRE(store.names().size() == 1);
}

TEST_CASE("the thread makes what is due, and those who ask for a copy have one each") {
  BackupFixture store(true);
  Backups backups(store.rules(10), store.committer, store.clock);
  backups.start();
  std::vector<BackupResult> results(4);
  std::vector<std::thread> people;
  for (auto& result : results) {
    people.emplace_back([&backups, &result] { result = backups.make_now(); });
  }
  for (auto& person : people) person.join();
  for (const auto& result : results) REQUIRE(outbox::verify_store(made(result).file.path).is_good());
  while (backups.status().files.empty()) std::this_thread::yield();
  backups.stop();
  REQUIRE(backups.status().failures == 0);
  REQUIRE(store.count_in_folder() == store.names().size());
  REQUIRE(contains(why_not(backups.make_now()), "stopping"));
}

TEST_CASE("a copy that is being made is given up when the service stops") {
  BackupFixture store(true);
  // More than one step's worth.
  for (int i = 0; i < 300; ++i) {
    outbox::NewLead lead;
    lead.source = "marketplace";
    lead.receipt = StoreFixture::receipt(std::string(20'000, static_cast<char>('a' + i % 26)));
    store.add(lead);
  }
  auto rules = store.rules();
  rules.rest = 1'000'000'000;  // it would never end
  Backups backups(rules, store.committer, store.clock);
  BackupResult result;
  std::thread person([&] { result = backups.make_now(); });
  while (!backups.status().under_way) std::this_thread::yield();
  backups.stop();
  person.join();
  REQUIRE(contains(why_not(result), "stopping"));
  REQUIRE(store.names().empty());
  REQUIRE((!fs::exists(store.backup_folder) || store.count_in_folder() == 0));
}

TEST_CASE("a folder into which no look was had for long is told, until there is one again") {
  BackupFixture store(true);
  Backups backups(store.rules(), store.committer, store.clock);
  backups.start();
  while (backups.status().files.empty()) std::this_thread::yield();
  REQUIRE(backups.status().problem.empty());
  store.clock.advance(minutes{11});
  REQUIRE(contains(backups.status().problem, "does not answer"));
  REQUIRE(backups.status().files.size() == 1);
  backups.reconfigure(store.rules());
  while (!backups.status().problem.empty()) std::this_thread::yield();
}

TEST_CASE("looking through a copy is given up when the service stops") {
  BackupFixture store;
  store.add_lead();
  const std::atomic<bool> give_up{true};
  REQUIRE_THROWS_AS(static_cast<void>(outbox::verify_store(store.path, &give_up)), outbox::StoreError);
}

}  // namespace leadspool

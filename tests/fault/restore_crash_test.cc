// A restore that is killed at the n-th file that it gives a name to or takes one from, for every n (strace
// kills it). Whatever n: a store stands there, the one that was or the new one, whole; no place for a service
// to make an empty one. And the next restore does it.

#include <filesystem>

#include <SQLiteCpp/SQLiteCpp.h>
#include <signal.h>

#include "base/clock.h"
#include "fault/text.h"
#include "outbox/database_copy.h"
#include "outbox/store.h"
#include "outbox/verification.h"
#include "support/catch.h"
#include "support/process.h"
#include "support/store_fixture.h"
#include "support/temporary_folder.h"

namespace leadspool::test {
namespace {

// More of them than a restore has.
constexpr int kMostCalls = 40;

constexpr const char* kTrace = "trace=link,linkat,unlink,unlinkat,rename,renameat,renameat2";
constexpr const char* kInject =
    "inject=link,linkat,unlink,unlinkat,rename,renameat,renameat2:signal=KILL:when=";

struct Originals {
  StoreFixture store;
  std::string copy = store.folder.file("copy.db");

  // The copy has three leads, the store a fourth, which is in its log alone.
  Originals() {
    for (const auto state : {State::delivered, State::dead, State::pending}) store.place(state);
    SQLite::Database raw(store.path, SQLite::OPEN_READONLY);
    outbox::copy_database(raw, copy);
    store.add_lead("Late");
  }

  void put_into(const std::string& path) const {
    for (const char* end : {"", "-wal"}) std::filesystem::copy_file(store.path + end, path + end);
  }
};

std::int64_t leads_in(const std::string& path) {
  return SQLite::Database(path).execAndGet("SELECT count(*) FROM lead").getInt64();
}

}  // namespace

TEST_CASE("wherever a restore is killed, a whole store stands there: the old one, or the new one") {
  const Originals originals;
  int old_ones = 0;
  int new_ones = 0;
  bool is_over = false;
  for (int n = 1; !is_over; ++n) {
    REQUIRE(n < kMostCalls);
    const TemporaryFolder folder;
    REQUIRE(run({LEADSPOOL_BINARY, "init", folder.path().string()}).code == 0);
    const auto path = folder.file("leadspool.db");
    originals.put_into(path);
    const std::vector<std::string> restore{LEADSPOOL_BINARY, "restore",  "--move-present",
                                           originals.copy,   "--config", folder.file("leadspool.toml")};
    std::vector<std::string> traced{
        "/usr/bin/strace",          "-f", "-o", folder.file("strace"), "-e", kTrace, "-e",
        kInject + std::to_string(n)};
    traced.insert(traced.end(), restore.begin(), restore.end());
    const auto ended = run(traced);
    INFO(n << ": " << ended.out << ended.err);
    is_over = ended.code == 0;
    REQUIRE((is_over || ended.signal == SIGKILL));

    REQUIRE(std::filesystem::exists(path));
    REQUIRE(outbox::verify_store(path).is_good());
    const auto leads = leads_in(path);
    REQUIRE((leads == 3 || leads == 4));
    ++(leads == 4 ? old_ones : new_ones);
    if (is_over) break;
    const auto again = run(restore);
    INFO(again.out << again.err);
    REQUIRE(again.code == 0);
    REQUIRE(leads_in(path) == 3);
    REQUIRE(outbox::verify_store(path).is_good());
  }
  REQUIRE(old_ones >= 3);
  REQUIRE(new_ones >= 1);
}

}  // namespace leadspool::test

#include "outbox/online_copy.h"

#include <atomic>
#include <cstring>
#include <filesystem>
#include <latch>
#include <mutex>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "outbox/connection.h"
#include "outbox/verification.h"
#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using outbox::CopyProgress;
using outbox::OnlineCopy;
using outbox::Urgency;
using test::StoreFixture;

// More than fits into a page, so that each lead takes pages of its own.
outbox::NewLead large_lead() {
  return {.source = "marketplace",
          .receipt = StoreFixture::receipt(std::string(6'000, 'x')),
          .deliveries = {{"crm", std::nullopt}}};
}

std::vector<Uuid> fill(StoreFixture& store, int count) {
  std::vector<Uuid> leads;
  for (int i = 0; i < count; ++i) leads.push_back(store.add(large_lead()));
  return leads;
}

CopyProgress step(OnlineCopy& copy) { return std::get<CopyProgress>(copy.step()); }

bool is_good(const std::string& path) { return outbox::verify_store(path).is_good(); }

// Turns every write to files of one name into an error, from when it is told to: a disk of their own that
// fails.
class FailingDisk {
 public:
  explicit FailingDisk(const std::string& name) {
    name_ = name;
    fails_ = false;
    writes_refused_ = 0;
    system_ = sqlite3_vfs_find(nullptr);
    ours_ = *system_;
    ours_.zName = "failing_disk";
    ours_.xOpen = open;
    sqlite3_vfs_register(&ours_, 1);
  }
  ~FailingDisk() {
    sqlite3_vfs_register(system_, 1);
    sqlite3_vfs_unregister(&ours_);
  }
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;

  void fail() { fails_ = true; }
  [[nodiscard]] int writes_refused() const { return writes_refused_; }

 private:
  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    const int result = system_->xOpen(system_, name, file, flags, out_flags);
    if (result != SQLITE_OK || name == nullptr || std::strstr(name, name_.c_str()) == nullptr) return result;
    if (file->pMethods != &methods_) system_write_ = file->pMethods->xWrite;
    methods_ = *file->pMethods;
    methods_.xWrite = write;
    file->pMethods = &methods_;
    return result;
  }
  static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
    if (!fails_) return system_write_(file, bytes, size, offset);
    ++writes_refused_;
    return SQLITE_IOERR_WRITE;
  }

  inline static sqlite3_vfs* system_ = nullptr;
  inline static sqlite3_vfs ours_{};
  inline static sqlite3_io_methods methods_{};
  inline static int (*system_write_)(sqlite3_file*, const void*, int, sqlite3_int64) = nullptr;
  inline static std::string name_;
  inline static std::atomic<bool> fails_ = false;
  inline static std::atomic<int> writes_refused_ = 0;
};

}  // namespace

TEST_CASE("a copy is one private file with the store's own settings, and good") {
  StoreFixture store;
  fill(store, 100);
  const auto path = store.folder.file("copy.db");
  OnlineCopy copy(store.committer, path);
  while (!step(copy).done) {
  }
  REQUIRE(step(copy).done);
  struct stat status{};
  REQUIRE(stat(path.c_str(), &status) == 0);
  REQUIRE((status.st_mode & 0777) == 0600);
  for (const char* end : {"-wal", "-shm", "-journal"}) REQUIRE_FALSE(std::filesystem::exists(path + end));
  SQLite::Database raw(path);
  SQLite::Database original(store.path);
  REQUIRE(raw.execAndGet("PRAGMA journal_mode").getString() == "delete");
  for (const std::string pragma : {"application_id", "user_version", "auto_vacuum", "page_size"}) {
    REQUIRE(raw.execAndGet("PRAGMA " + pragma).getInt() == original.execAndGet("PRAGMA " + pragma).getInt());
  }
  REQUIRE(outbox::verify_store(path).leads == 100);
  REQUIRE(is_good(path));
}

TEST_CASE("a copy holds what is committed between its steps, in pages that were copied already as well") {
  StoreFixture store;
  const auto leads = fill(store, 400);
  const auto path = store.folder.file("copy.db");
  OnlineCopy copy(store.committer, path);
  const auto first = step(copy);
  REQUIRE_FALSE(first.done);
  REQUIRE(first.pages > 400);
  REQUIRE(first.pages_left < first.pages);
  // The first of them were copied by then, the last were not.
  for (const auto& lead : {leads.front(), leads.back()}) {
    REQUIRE(std::holds_alternative<outbox::Erased>(store.erasures.erase(lead, {"ada", "asked"})));
  }
  const auto late = store.add(large_lead());
  int steps = 1;
  for (; !step(copy).done; ++steps) REQUIRE(steps < 50);
  REQUIRE(is_good(path));
  REQUIRE(outbox::verify_store(path).leads == 401);
  SQLite::Database raw(path);
  REQUIRE(raw.execAndGet("SELECT count(*) FROM lead WHERE erased_at IS NOT NULL").getInt() == 2);
  REQUIRE(outbox::Reader(path).find(late).has_value());
}

TEST_CASE("every lead acknowledged before the last step is in the copy, while many are stored meanwhile") {
  StoreFixture store(true);
  fill(store, 1'500);
  const auto path = store.folder.file("copy.db");
  std::mutex mutex;
  std::vector<Uuid> acknowledged;
  std::atomic<bool> stops = false;
  std::latch begun{1};
  std::thread sender([&] {
    while (!stops) {
      const auto lead = store.add(large_lead());
      const std::lock_guard lock(mutex);
      acknowledged.push_back(lead);
      if (acknowledged.size() == 1) begun.count_down();
    }
  });
  begun.wait();
  std::size_t before_last_step = 0;
  {
    OnlineCopy copy(store.committer, path);
    for (bool done = false; !done;) {
      {
        const std::lock_guard lock(mutex);
        before_last_step = acknowledged.size();
      }
      done = step(copy).done;
    }
  }
  stops = true;
  sender.join();

  REQUIRE(before_last_step > 0);
  REQUIRE(is_good(path));
  outbox::Reader copied(path);
  for (std::size_t i = 0; i < before_last_step; ++i) REQUIRE(copied.find(acknowledged[i]).has_value());
  REQUIRE(is_good(store.path));
}

TEST_CASE("the log is written anew while a copy is made") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  outbox::migrate(path);
  test::FakeClock clock;
  test::SeededRandom random;
  outbox::Committer committer({.path = path, .checkpoint_pages = 40, .own_thread = false});
  outbox::Intake intake({}, path, committer, clock, random);
  const auto store_some = [&](int count) {
    for (int i = 0; i < count; ++i) {
      REQUIRE(std::holds_alternative<outbox::Accepted>(intake.accept(large_lead())));
    }
  };
  store_some(400);
  const auto before = std::filesystem::file_size(path + "-wal");
  OnlineCopy copy(committer, folder.file("copy.db"));
  int steps = 1;
  for (; !step(copy).done; ++steps) store_some(50);
  REQUIRE(steps > 3);
  REQUIRE(std::filesystem::file_size(path + "-wal") <= 2 * before);
}

TEST_CASE("a copy begins anew when the store was opened anew, and holds what came since") {
  StoreFixture store;
  fill(store, 400);
  const auto path = store.folder.file("copy.db");
  OnlineCopy copy(store.committer, path);
  const auto before = step(copy);
  const auto failed = store.committer.commit(
      Urgency::always, [](outbox::Connection&) { throw SQLite::Exception("the disk failed", SQLITE_IOERR); });
  REQUIRE(failed.has_value());
  const auto late = store.add(large_lead());
  auto progress = step(copy);
  while (progress.pages == 0) progress = step(copy);
  REQUIRE(progress.pages_left >= before.pages_left);
  while (!step(copy).done) {
  }
  REQUIRE(is_good(path));
  REQUIRE(outbox::Reader(path).find(late).has_value());
}

TEST_CASE("a file that is there is not overwritten by a copy") {
  StoreFixture store;
  const auto path = store.folder.file("copy.db");
  SQLite::Database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE theirs (x)");
  {
    OnlineCopy copy(store.committer, path);
    REQUIRE_THROWS_AS(copy.step(), outbox::StoreError);
  }
  REQUIRE(SQLite::Database(path).tableExists("theirs"));
  OnlineCopy nowhere(store.committer, "/nonexistent/copy.db");
  REQUIRE_THROWS_AS(nowhere.step(), outbox::StoreError);
}

TEST_CASE("an unfinished copy is removed, and the store goes on") {
  StoreFixture store;
  fill(store, 400);
  const auto path = store.folder.file("copy.db");
  {
    OnlineCopy copy(store.committer, path);
    REQUIRE_FALSE(step(copy).done);
    REQUIRE(std::filesystem::exists(path));
  }
  REQUIRE_FALSE(std::filesystem::exists(path));
  store.add_lead();
  REQUIRE(is_good(store.path));
}

TEST_CASE("a copy whose disk fails is given up, and nothing of the store is hurt") {
  FailingDisk disk("copy.db");
  StoreFixture store;
  const auto leads = fill(store, 1'500);
  const auto path = store.folder.file("copy.db");
  OnlineCopy copy(store.committer, path);
  for (int i = 0; i < 10; ++i) REQUIRE_FALSE(step(copy).done);
  disk.fail();
  // More pages that were copied already than SQLite holds back from a file.
  for (int i = 0; i < 700; ++i) {
    const auto result = store.erasures.erase(leads[static_cast<std::size_t>(i)], {"ada", "asked"});
    REQUIRE(std::holds_alternative<outbox::Erased>(result));
  }
  REQUIRE(disk.writes_refused() > 0);
  REQUIRE_FALSE(store.committer.trouble());

  const auto result = copy.step();
  REQUIRE(std::holds_alternative<outbox::Failure>(result));
  REQUIRE(std::get<outbox::Failure>(result).detail.find(path) != std::string::npos);
  REQUIRE(std::holds_alternative<outbox::Failure>(copy.step()));
  REQUIRE_FALSE(std::filesystem::exists(path));
  REQUIRE_FALSE(store.committer.trouble());
  store.add_lead();
  REQUIRE(is_good(store.path));
  REQUIRE(outbox::verify_store(store.path).leads == 1'501);
}

}  // namespace leadspool

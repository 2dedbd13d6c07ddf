// The n-th call to the disk fails, or the process dies on it, for every n up to 60 (strace injects it).
//
// Two programs are hit. The driver of an outbox (outbox_driver.cc), all on one thread so that n counts
// through everything: on a new store, which is being created and migrated, and on one that is there, with
// commits, and checkpoints every few pages. And the real service, under strace from the moment it has
// started: its committer's thread is then the only one that makes these calls, and strace counts them for
// each thread. Where no call was hit the trial has failed.
//
// After the fault: what was acknowledged is in the store, once; an error is got over without a restart (or
// the process ended by itself); and a next start takes leads again and keeps everything.

#include <algorithm>

#include <SQLiteCpp/SQLiteCpp.h>
#include <signal.h>

#include "fault/lead_service.h"
#include "fault/side_by_side.h"
#include "fault/store_check.h"
#include "fault/text.h"
#include "outbox/store.h"
#include "support/catch.h"
#include "support/process.h"
#include "support/temporary_folder.h"

namespace leadspool::test {
namespace {

constexpr int kCalls = 60;
constexpr const char* kStrace = "/usr/bin/strace";

// In strace's words.
struct Fault {
  const char* calls;
  const char* what;
  [[nodiscard]] bool kills() const { return std::string(what) == "signal=KILL"; }
};

constexpr Fault kFaults[] = {{"fsync,fdatasync", "error=EIO"},   {"fsync,fdatasync", "error=ENOSPC"},
                             {"fsync,fdatasync", "signal=KILL"}, {"pwrite64", "error=EIO"},
                             {"pwrite64", "error=ENOSPC"},       {"pwrite64", "signal=KILL"}};
constexpr int kTrials = static_cast<int>(std::size(kFaults)) * kCalls;

std::vector<std::string> strace(const Fault& fault, int n, const std::string& log) {
  return {kStrace, "-f",
          "-o",    log,
          "-e",    std::string("trace=") + fault.calls,
          "-e",    std::string("inject=") + fault.calls + ":" + fault.what + ":when=" + std::to_string(n)};
}

bool was_hit(const std::string& log) {
  const auto text = content_of(log);
  return text.find("(INJECTED)") != std::string::npos || text.find("killed by SIGKILL") != std::string::npos;
}

std::string describe(const Fault& fault, int n) {
  return std::string(fault.calls) + " " + fault.what + " at " + std::to_string(n) + ": ";
}

class Trial {
 public:
  Trial(const Fault& fault, int n) : name_(describe(fault, n)) {}

  void must(bool holds, const std::string& what) {
    if (!holds) wrong_.push_back(name_ + what);
  }
  void must_be_sound(const std::string& store, const std::string& acknowledged, const std::string& when) {
    for (const auto& fault : faults_of_store(store, acknowledged))
      wrong_.push_back(name_ + when + ": " + fault);
  }
  [[nodiscard]] const std::vector<std::string>& wrong() const { return wrong_; }

 private:
  const std::string name_;
  std::vector<std::string> wrong_;
};

Fault fault_of(int trial) { return kFaults[trial / kCalls]; }
int n_of(int trial) { return trial % kCalls + 1; }

enum class Store { is_new, is_there };

// With an empty log: the first calls are to be those of leads, not those that copy the schema from the log.
void make_store(const std::string& path) {
  outbox::migrate(path);
  SQLite::Database(path, SQLite::OPEN_READWRITE).execAndGet("PRAGMA wal_checkpoint(TRUNCATE)");
}

std::vector<std::string> hit_driver(const Fault& fault, int n, Store kind,
                                    const std::string& sabotage = "none") {
  TemporaryFolder folder;
  if (kind == Store::is_there) make_store(folder.file("leads.db"));
  Trial trial(fault, n);
  const auto log = folder.file("strace");
  const auto store = folder.file("leads.db");
  const std::vector<std::string> driver{LEADSPOOL_OUTBOX_DRIVER,
                                        store,
                                        folder.file("acknowledged"),
                                        "--threads",
                                        "0",
                                        "--leads",
                                        "30",
                                        "--checkpoint-pages",
                                        "8",
                                        "--sabotage",
                                        sabotage};
  auto command = strace(fault, n, log);
  command.insert(command.end(), driver.begin(), driver.end());
  const auto ended = run(command);
  trial.must(was_hit(log), "was not hit");
  trial.must(fault.kills() ? ended.signal == SIGKILL : ended.code == 0 || ended.code == 2,
             "did not get over it: " + ended.err);
  trial.must_be_sound(store, content_of(folder.file("acknowledged")), "afterwards");

  auto again = driver;
  again.insert(again.end(), {"--seed", "2"});
  trial.must(run(again).code == 0, "did not start again");
  trial.must_be_sound(store, content_of(folder.file("acknowledged")), "after a restart");
  return trial.wrong();
}

std::vector<std::string> hit_service(const Fault& fault, int n) {
  TemporaryFolder folder;
  Trial trial(fault, n);
  const auto log = folder.file("strace");
  LeadService service;
  service.start_crm();
  service.start();
  auto command = strace(fault, n, log);
  command.insert(command.end(), {"-p", std::to_string(service.pid())});
  Process tracer(command);
  tracer.wait_for_output("attached");
  for (int i = 0; i < 2 * kCalls && !was_hit(log); ++i) service.post();
  trial.must(was_hit(log), "was not hit");
  if (fault.kills()) {
    wait_until("the service is dead", [&] { return service.has_ended(); });
  } else {
    wait_until("leads are accepted again", [&] { return service.post() == 202 || service.has_ended(); });
  }
  service.kill();
  tracer.wait();
  trial.must_be_sound(service.store(), service.acknowledged(), "afterwards");

  service.start();
  trial.must(service.post() == 202, "took no lead after a restart");
  service.kill();
  trial.must_be_sound(service.store(), service.acknowledged(), "after a restart");
  return trial.wrong();
}

}  // namespace

TEST_CASE("an outbox gets over a fault at its n-th write or sync") {
  const auto wrong = run_side_by_side(
      kTrials, [](int trial) { return hit_driver(fault_of(trial), n_of(trial), Store::is_there); });
  INFO(summary(wrong));
  REQUIRE(wrong.empty());
}

TEST_CASE("a store that is being created gets over a fault at its n-th write or sync") {
  const auto wrong = run_side_by_side(
      kTrials, [](int trial) { return hit_driver(fault_of(trial), n_of(trial), Store::is_new); });
  INFO(summary(wrong));
  REQUIRE(wrong.empty());
}

TEST_CASE("an acknowledgement before the commit is found out by a fault at the n-th write") {
  for (const char* what : {"error=EIO", "error=ENOSPC", "signal=KILL"}) {
    const auto wrong = run_side_by_side(kCalls, [&](int trial) {
      return hit_driver({"pwrite64", what}, trial + 1, Store::is_there, "early");
    });
    INFO(what << ": " << summary(wrong));
    REQUIRE(std::any_of(wrong.begin(), wrong.end(),
                        [](const auto& text) { return text.find("lost: accepted") != std::string::npos; }));
  }
}

TEST_CASE("the service gets over a fault at its n-th write or sync") {
  const auto wrong =
      run_side_by_side(kTrials, [](int trial) { return hit_service(fault_of(trial), n_of(trial)); });
  INFO(summary(wrong));
  REQUIRE(wrong.empty());
}

}  // namespace leadspool::test

// Power loss with torn sectors.
//
// A program that works an outbox runs under a preload library that logs all it does to the disk and all it
// acknowledges, in one order (disk_log.h). From that log we rebuild what the disk may hold if the power fails
// after each step (crashed_disk.h), open it as a starting service would, and hold it against what had been
// acknowledged by then (store_check.h). A loop of kill -9 would show nothing of this: the kernel outlives it.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include <stdlib.h>

#include "fault/crashed_disk.h"
#include "fault/side_by_side.h"
#include "fault/store_check.h"
#include "fault/text.h"
#include "support/catch.h"
#include "support/process.h"
#include "support/temporary_folder.h"

namespace leadspool::test {
namespace {

namespace fs = std::filesystem;

constexpr int kStates = 10'000;

// A run of the driver, its log and what it left on the disk in the end.
struct LoggedRun {
  std::vector<Record> records;
  Files files;
};

LoggedRun run_driver(const std::string& sabotage) {
  TemporaryFolder folder;
  const auto store_folder = fs::canonical(folder.path()) / "store";
  const auto acknowledgements = fs::canonical(folder.path()) / "acknowledged";
  fs::create_directory(store_folder);
  const auto ended =
      run({LEADSPOOL_OUTBOX_DRIVER, store_folder / "leads.db", acknowledgements, "--threads", "8", "--leads",
           "32", "--sabotage", sabotage},
          {.environment = {"LD_PRELOAD=" LEADSPOOL_DISK_LOG_LIBRARY,
                           std::string(kLogVariable) + "=" + folder.file("log"),
                           std::string(kFolderVariable) + "=" + store_folder.string(),
                           std::string(kAcknowledgedVariable) + "=" + acknowledgements.string()}});
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  LoggedRun logged{read_disk_log(folder.file("log")), {}};
  for (const auto& entry : fs::directory_iterator(store_folder)) {
    if (entry.path().extension() != ".db-shm")
      logged.files[entry.path().filename()] = content_of(entry.path());
  }
  return logged;
}

// In memory, so that syncing costs nothing: thousands of stores are opened.
class MemoryFolder {
 public:
  MemoryFolder() : path_(mkdtemp(pattern_) != nullptr ? pattern_ : "") { REQUIRE(!path_.empty()); }
  ~MemoryFolder() { fs::remove_all(path_); }
  MemoryFolder(const MemoryFolder&) = delete;
  MemoryFolder& operator=(const MemoryFolder&) = delete;

  void hold(const Files& files) const {
    for (const auto& entry : fs::directory_iterator(path_)) fs::remove_all(entry.path());
    for (const auto& [name, content] : files) std::ofstream(path_ / name, std::ios::binary) << content;
  }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

 private:
  char pattern_[64] = "/dev/shm/leadspool-power-XXXXXX";
  fs::path path_;
};

// `states` of the disk, spread evenly over all of the run, each kind of loss in turn.
std::vector<std::string> lose_power(const LoggedRun& logged, int states, bool ignore_syncs = false) {
  constexpr int kStretches = 16;
  return run_side_by_side(kStretches, [&](int stretch) {
    const MemoryFolder memory;
    CrashedDisk disk(ignore_syncs);
    std::size_t applied = 0;
    std::vector<std::string> wrong;
    for (int state = states * stretch / kStretches; state < states * (stretch + 1) / kStretches; ++state) {
      const auto until =
          logged.records.size() * static_cast<std::size_t>(state + 1) / static_cast<std::size_t>(states);
      while (applied < until) disk.apply(logged.records[applied++]);
      const auto loss = static_cast<Loss>(state % kLosses);
      memory.hold(disk.after(loss, static_cast<std::uint64_t>(state)));
      for (const auto& fault : faults_of_store(memory.file("leads.db"), disk.acknowledged())) {
        wrong.push_back("state " + std::to_string(state) + " (after " + std::to_string(until) +
                        " records, loss " + std::to_string(state % kLosses) + "): " + fault);
      }
    }
    return wrong;
  });
}

bool tells_of_lost_leads(const std::vector<std::string>& wrong) {
  return std::any_of(wrong.begin(), wrong.end(),
                     [](const auto& text) { return text.find("lost: accepted") != std::string::npos; });
}

}  // namespace

TEST_CASE("whatever was acknowledged survives a power loss that tears sectors, at any moment") {
  const auto logged = run_driver("none");

  CrashedDisk disk;
  for (const auto& record : logged.records) disk.apply(record);
  // Else the log has missed something, and all that follows would be worth nothing.
  REQUIRE((disk.after(Loss::everything_arrived, 0) == logged.files));
  REQUIRE(disk.acknowledged().find("delivered") != std::string::npos);

  const auto wrong = lose_power(logged, kStates);
  INFO(summary(wrong));
  REQUIRE(wrong.empty());
}

TEST_CASE("a store that does not sync is found out by a power loss") {
  const auto logged = run_driver("unsynced");
  const auto wrong = lose_power(logged, 200);
  INFO(summary(wrong));
  REQUIRE(tells_of_lost_leads(wrong));
}

TEST_CASE("an acknowledgement before the commit is found out by a power loss") {
  const auto logged = run_driver("early");
  const auto wrong = lose_power(logged, 400);
  INFO(summary(wrong));
  REQUIRE(tells_of_lost_leads(wrong));
}

TEST_CASE("a disk that forgets to sync loses what was acknowledged") {
  const auto wrong = lose_power(run_driver("none"), 200, true);
  INFO(summary(wrong));
  REQUIRE(tells_of_lost_leads(wrong));
}

}  // namespace leadspool::test

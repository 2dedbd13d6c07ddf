#include "upkeep/backups.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "base/current.h"
#include "base/log.h"
#include "outbox/store_files.h"
#include "upkeep/verified_copy.h"

namespace leadspool::upkeep {
namespace {

namespace fs = std::filesystem;

// The wall clock may be set, so what is due is looked for again and again.
constexpr std::chrono::minutes kLookEvery{1};
constexpr std::chrono::minutes kRetryAfter{10};
// A look that has not come back by then hangs.
constexpr std::chrono::minutes kLookMissing{10};
// A copy of the same second as another one bears the name of the next that is free.
constexpr std::chrono::minutes kNamedAhead{1};
constexpr const char* kStopping = "the service is stopping";

// With a number after it. No name that a person would give a copy: what bears it is removed at start.
std::string take_away_prefix(const BackupRules& rules) { return rules.store + ".taken-away-"; }

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return '0' <= c && c <= '9'; });
}

// They may be in nobody's hands: the lock of the store is held by this process, which has only begun.
void remove_left_to_take_away(const BackupRules& rules) {
  const auto prefix = fs::path(take_away_prefix(rules)).filename().string();
  std::vector<std::string> left;
  std::error_code ignored;
  for (fs::directory_iterator entry(outbox::folder_of(rules.store), ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    const auto name = entry->path().filename().string();
    if (name.starts_with(prefix) && is_number(std::string_view(name).substr(prefix.size()))) {
      left.push_back(entry->path().string());
    }
  }
  for (const auto& path : left) fs::remove(path, ignored);
}

// What there is, and when the next is due by that.
BackupStatus judge(const BackupRules& rules, std::vector<BackupFile> files, Time now) {
  BackupStatus status;
  if (rules.folder.empty()) return status;
  status.folder = rules.folder;
  status.every = rules.every;
  status.keep = rules.keep;
  status.files = std::move(files);
  status.next_at = now;
  const auto newest =
      std::ranges::find_if(status.files, [&](const auto& file) { return file.made_at <= now + kNamedAhead; });
  if (newest == status.files.end()) return status;
  status.newest = *newest;
  status.next_at = std::max(now, newest->made_at + rules.every);
  return status;
}

struct Listing {
  std::vector<BackupFile> files;
  std::string problem;  // why it could not be read; empty: it was
};

Listing list(const std::string& folder) {
  if (folder.empty()) return {};
  try {
    return {backup_files(folder), ""};
  } catch (const fs::filesystem_error& failure) {
    return {{}, "the folder " + folder + " cannot be read: " + failure.code().message()};
  }
}

}  // namespace

BackupStatus look_at_backups(const BackupRules& rules, Time now) {
  auto listing = list(rules.folder);
  auto status = judge(rules, std::move(listing.files), now);
  status.problem = std::move(listing.problem);
  return status;
}

class Backups::Loop {
 public:
  Loop(BackupRules rules, outbox::Committer& committer, const Clock& clock)
      : rules_(std::move(rules)), committer_(committer), clock_(clock) {
    remove_left_to_take_away(*rules_.get());
  }

  void start() {
    {
      const std::lock_guard lock(mutex_);
      looked_at_ = clock_.steady_now();
    }
    thread_ = std::thread([this] { work(); });
  }

  void reconfigure(BackupRules rules) {
    {
      const std::lock_guard lock(mutex_);
      if (rules.folder != rules_.get()->folder) {
        problem_.clear();
        failing_since_.reset();
        listing_ = {};
        has_looked_ = false;
      }
      retry_at_.reset();
      woken_ = true;
      rules_.set(std::move(rules));
    }
    changed_.notify_all();
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  BackupResult make_now() {
    const Turn turn(*this);
    if (!turn.is_ours()) return kStopping;
    const auto rules = rules_.get();
    const auto began = clock_.steady_now();
    auto result = make_in_folder(*rules);
    if (auto* made = std::get_if<MadeBackup>(&result)) made->took = clock_.steady_now() - began;
    note(result);
    look();
    return result;
  }

  BackupResult make_to_take_away() {
    const Turn turn(*this);
    if (!turn.is_ours()) return kStopping;
    const auto rules = rules_.get();
    const auto began = clock_.steady_now();
    const auto file = take_away_prefix(*rules) + std::to_string(++taken_away_);
    auto copied = copy(*rules, file);
    if (auto* trouble = std::get_if<std::string>(&copied)) return std::move(*trouble);
    const auto& copy = std::get<VerifiedCopy>(copied);
    return MadeBackup{{file, copy.as_of, copy.found.bytes}, copy.found.leads, clock_.steady_now() - began};
  }

  // Reads nothing itself: a disk that hangs is to hang nobody who asks.
  [[nodiscard]] BackupStatus status() const {
    const Time now = clock_.now();
    const auto steady_now = clock_.steady_now();
    const std::lock_guard lock(mutex_);
    const auto rules = rules_.get();
    auto status = judge(*rules, listing_.files, now);
    status.under_way = under_way_;
    status.failures = failures_;
    if (status.folder.empty()) return status;
    if (!has_looked_) status.next_at.reset();
    const bool hangs = looked_at_ && !under_way_ && steady_now - *looked_at_ > kLookMissing;
    status.problem = !problem_.empty() ? problem_
                     : hangs           ? "the folder " + status.folder + " does not answer"
                                       : listing_.problem;
    status.failing_since = failing_since_;
    if (retry_at_) status.next_at = now + std::max(Milliseconds{0}, Milliseconds{*retry_at_ - steady_now});
    return status;
  }

  void run_once() {
    look();
    const auto at = status().next_at;
    if (at && *at <= clock_.now()) static_cast<void>(make_now());
  }

 private:
  // To make a copy, which nobody else does meanwhile.
  class Turn {
   public:
    explicit Turn(Loop& loop) : loop_(loop) {
      std::unique_lock lock(loop_.mutex_);
      loop_.changed_.wait(lock, [&] { return !loop_.under_way_ || loop_.stopping_; });
      is_ours_ = !loop_.stopping_;
      if (is_ours_) loop_.under_way_ = true;
    }
    ~Turn() {
      if (!is_ours_) return;
      {
        const std::lock_guard lock(loop_.mutex_);
        loop_.under_way_ = false;
      }
      loop_.changed_.notify_all();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    [[nodiscard]] bool is_ours() const { return is_ours_; }

   private:
    Loop& loop_;
    bool is_ours_ = false;
  };

  void look() {
    const auto folder = rules_.get()->folder;
    auto listing = list(folder);
    const std::lock_guard lock(mutex_);
    // Another one is looked at soon.
    if (folder != rules_.get()->folder) return;
    listing_ = std::move(listing);
    has_looked_ = true;
    if (looked_at_) looked_at_ = clock_.steady_now();
  }

  void remove_unfinished() {
    const Turn turn(*this);
    if (turn.is_ours()) remove_unfinished_backups(rules_.get()->folder);
  }

  void work() {
    remove_unfinished();
    for (;;) {
      run_once();
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kLookEvery, [this] { return woken_ || stopping_; });
      if (stopping_) return;
      woken_ = false;
    }
  }

  std::variant<VerifiedCopy, std::string> copy(const BackupRules& rules, const std::string& file) {
    return make_verified_copy(
        {rules.store, file, rules.minimum_free_bytes, rules.rest}, committer_, clock_,
        [this](Milliseconds span) {
          std::unique_lock lock(mutex_);
          return !changed_.wait_for(lock, span, [this] { return stopping_.load(); });
        },
        stopping_);
  }

  BackupResult make_in_folder(const BackupRules& rules) {
    if (rules.folder.empty()) return "no copies are made: [backup] names no folder";
    try {
      make_backup_folder(rules.folder);
      remove_unfinished_backups(rules.folder);
      // One that cannot be read could not be rotated either, and would be filled.
      static_cast<void>(backup_files(rules.folder));
      const auto unfinished = fs::path(rules.folder) / unfinished_backup_name(clock_.now());
      auto copied = copy(rules, unfinished.string());
      if (auto* trouble = std::get_if<std::string>(&copied)) return std::move(*trouble);
      const auto& copy = std::get<VerifiedCopy>(copied);
      const Time made_at = free_backup_time(rules.folder, copy.as_of);
      const auto path = fs::path(rules.folder) / backup_name(made_at);
      fs::rename(unfinished, path);
      outbox::sync_folder(rules.folder);
      const MadeBackup made{{path.string(), made_at, copy.found.bytes}, copy.found.leads, {}};
      remove_oldest_backups(rules.folder, rules.keep, made.file, clock_.now());
      return made;
    } catch (const std::runtime_error& failure) {  // of the file system
      return failure.what();
    }
  }

  void note(const BackupResult& result) {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    if (const auto* made = std::get_if<MadeBackup>(&result)) {
      problem_.clear();
      failing_since_.reset();
      retry_at_.reset();
      log_info("backup_made", {{"file", made->file.path},
                               {"bytes", made->file.bytes},
                               {"leads", made->leads},
                               {"took_ms", made->took.count()}});
      return;
    }
    problem_ = std::get<std::string>(result);
    ++failures_;
    if (!failing_since_) failing_since_ = clock_.now();
    retry_at_ = clock_.steady_now() + kRetryAfter;
    log_warn("backup_failed", {{"why", problem_}, {"consequence", "it is tried again in ten minutes"}});
  }

  // Constant after construction, or safe on its own.
  Current<BackupRules> rules_;
  outbox::Committer& committer_;
  const Clock& clock_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};  // set with mutex_ held

  // Of whose turn it is.
  int taken_away_ = 0;

  // Guarded by mutex_.
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool under_way_ = false;
  bool woken_ = false;
  Listing listing_;  // as last looked
  bool has_looked_ = false;
  std::optional<SteadyTime> looked_at_;  // once the thread runs
  std::string problem_;
  std::optional<Time> failing_since_;
  std::optional<SteadyTime> retry_at_;
  std::int64_t failures_ = 0;
};

Backups::Backups(BackupRules rules, outbox::Committer& committer, const Clock& clock)
    : loop_(std::make_unique<Loop>(std::move(rules), committer, clock)) {}
Backups::~Backups() { stop(); }
void Backups::start() { loop_->start(); }
void Backups::reconfigure(BackupRules rules) { loop_->reconfigure(std::move(rules)); }
void Backups::stop() { loop_->stop(); }
BackupResult Backups::make_now() { return loop_->make_now(); }
BackupResult Backups::make_to_take_away() { return loop_->make_to_take_away(); }
BackupStatus Backups::status() const { return loop_->status(); }
void Backups::run_once() { loop_->run_once(); }

}  // namespace leadspool::upkeep

#include "upkeep/backup_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <sys/stat.h>

#include "base/log.h"
#include "outbox/store_files.h"

namespace leadspool::upkeep {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBegin = "leadspool-";
constexpr std::string_view kEnd = ".db";
constexpr std::string_view kUnfinishedBegin = ".leadspool-";
constexpr std::string_view kUnfinishedEnd = ".db.unfinished";
constexpr std::string_view kStampLike = "20261122T030000Z";

std::optional<Time> read_stamp(std::string_view stamp) {
  if (stamp.size() != kStampLike.size()) return std::nullopt;
  const std::string text(stamp);
  const auto time = from_rfc3339(text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 5) + ":" +
                                 text.substr(11, 2) + ":" + text.substr(13));
  return time && to_file_stamp(*time) == stamp ? time : std::nullopt;
}

std::optional<Time> stamp_in(std::string_view name, std::string_view begin, std::string_view end) {
  if (name.size() < begin.size() + end.size() || !name.starts_with(begin) || !name.ends_with(end)) {
    return std::nullopt;
  }
  return read_stamp(name.substr(begin.size(), name.size() - begin.size() - end.size()));
}

}  // namespace

std::vector<BackupFile> backup_files(const std::string& folder) {
  std::vector<BackupFile> files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto made_at = stamp_in(entry.path().filename().string(), kBegin, kEnd);
    std::error_code gone;
    if (!made_at || !entry.is_regular_file(gone)) continue;
    const auto bytes = entry.file_size(gone);
    if (!gone) files.push_back({entry.path().string(), *made_at, static_cast<std::int64_t>(bytes)});
  }
  std::ranges::sort(files, std::ranges::greater{}, &BackupFile::made_at);
  return files;
}

std::string backup_name(Time made_at) {
  return std::string(kBegin) + to_file_stamp(made_at) + std::string(kEnd);
}

std::string unfinished_backup_name(Time begun_at) {
  return std::string(kUnfinishedBegin) + to_file_stamp(begun_at) + std::string(kUnfinishedEnd);
}

void make_backup_folder(const std::string& folder) {
  if (mkdir(folder.c_str(), S_IRWXU) == 0) {
    outbox::give_to_owner_of_folder(folder);
  } else if (errno != EEXIST) {
    throw std::runtime_error("the folder " + folder +
                             " of [backup] is not there and cannot be made: " + std::strerror(errno));
  }
}

Time free_backup_time(const std::string& folder, Time as_of) {
  while (fs::exists(fs::path(folder) / backup_name(as_of))) as_of += std::chrono::seconds{1};
  return std::chrono::floor<std::chrono::seconds>(as_of);
}

void remove_oldest_backups(const std::string& folder, std::size_t keep, const BackupFile& made, Time now) {
  auto files = backup_files(folder);
  std::erase_if(files, [&](const BackupFile& file) { return file.path == made.path; });
  std::ranges::stable_partition(files, [&](const BackupFile& file) { return file.made_at <= now; });
  for (std::size_t i = keep - 1; i < files.size(); ++i) {
    std::error_code failure;
    fs::remove(files[i].path, failure);
    if (failure) {
      log_warn("backup_not_removed", {{"file", files[i].path}, {"why", failure.message()}});
    } else {
      log_info("backup_removed", {{"file", files[i].path}});
    }
  }
}

void remove_unfinished_backups(const std::string& folder) {
  std::error_code ignored;
  std::vector<fs::path> found;
  for (fs::directory_iterator entry(folder, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    if (stamp_in(entry->path().filename().string(), kUnfinishedBegin, kUnfinishedEnd)) {
      found.push_back(entry->path());
    }
  }
  for (const auto& path : found) fs::remove(path, ignored);
}

}  // namespace leadspool::upkeep

#include "outbox/unused_space.h"

#include <algorithm>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "outbox/connection.h"

namespace leadspool::outbox {
namespace {

constexpr const char* kBegin = "BEGIN IMMEDIATE";
constexpr const char* kRollback = "ROLLBACK";

constexpr int kPatienceMs = 50;
constexpr std::uint32_t kPagesPerStep = 2'048;

// The file's header, in front of its first page's own.
constexpr std::size_t kFileHeader = 100;
constexpr std::size_t kPageSizeAt = 16;
constexpr std::size_t kLargestRootAt = 52;  // not 0: the file has pages that map the others
// A page of SQLite's own lock bytes; there may be one in a file of more than 1 GiB.
constexpr std::int64_t kLockBytesAt = 0x40000000;
// From here on the number of the next page, with which some pages begin, could be taken for a b-tree's mark.
constexpr std::uint32_t kTooManyPages = 0x02000000;

using Bytes = std::vector<unsigned char>;

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

[[noreturn]] void throw_failed(const char* what, int code) {
  throw SQLite::Exception(std::string("cannot ") + what + " while wiping unused space", code);
}

std::uint32_t read_16(const Bytes& page, std::size_t at) {
  return static_cast<std::uint32_t>(page[at]) << 8 | page[at + 1];
}

// Between a b-tree page's directory and its rows; empty for a page of another kind.
Span unused_span(const Bytes& page, std::size_t header) {
  const unsigned kind = page[header];
  const bool is_leaf = kind == 10 || kind == 13;
  if (!is_leaf && kind != 2 && kind != 5) return {};
  const std::size_t directory_end = header + (is_leaf ? 8 : 12) + 2 * std::size_t{read_16(page, header + 3)};
  const std::size_t rows = read_16(page, header + 5);
  if (rows > page.size() || directory_end >= rows) return {};
  return {directory_end, rows};
}

// SQLite's own handle on one of the store's files.
class File {
 public:
  File(Connection& connection, int which) {
    const int result =
        sqlite3_file_control(connection.database().getHandle(), "main", which, static_cast<void*>(&file_));
    if (result != SQLITE_OK) throw_failed("find the file", result);
  }

  [[nodiscard]] bool is_open() const { return file_ != nullptr && file_->pMethods != nullptr; }

  [[nodiscard]] std::int64_t size() const {
    sqlite3_int64 size = 0;
    if (const int result = file_->pMethods->xFileSize(file_, &size); result != SQLITE_OK) {
      throw_failed("measure the file", result);
    }
    return size;
  }

  void read(Bytes& into, std::int64_t offset) const {
    const int result = file_->pMethods->xRead(file_, into.data(), static_cast<int>(into.size()), offset);
    if (result != SQLITE_OK) throw_failed("read", result);
  }

  void write(const unsigned char* bytes, std::size_t size, std::int64_t offset) const {
    const int result = file_->pMethods->xWrite(file_, bytes, static_cast<int>(size), offset);
    if (result != SQLITE_OK) throw_failed("write", result);
  }

  void sync() const {
    const int result = file_->pMethods->xSync(file_, SQLITE_SYNC_NORMAL);
    if (result != SQLITE_OK) throw_failed("sync", result);
  }

 private:
  sqlite3_file* file_ = nullptr;
};

// The pages of the file, as its first one tells.
class Pages {
 public:
  explicit Pages(const File& file) : file_(file) {
    Bytes header(kFileHeader);
    file.read(header, 0);
    const auto size = read_16(header, kPageSizeAt);
    page_.resize(size == 1 ? 65'536 : size);
    mapped_ = (read_16(header, kLargestRootAt) | read_16(header, kLargestRootAt + 2)) != 0;
    count_ = static_cast<std::uint32_t>(file.size() / static_cast<std::int64_t>(page_.size()));
  }

  [[nodiscard]] std::uint32_t count() const { return count_; }

  // True: something had to be overwritten.
  bool wipe(std::uint32_t number) {
    if (is_map(number) || number == lock_page()) return false;
    const std::int64_t offset = offset_of(number);
    file_.read(page_, offset);
    const auto span = unused_span(page_, number == 1 ? kFileHeader : 0);
    const auto begin = page_.begin() + static_cast<std::ptrdiff_t>(span.begin);
    const auto end = page_.begin() + static_cast<std::ptrdiff_t>(span.end);
    if (std::all_of(begin, end, [](unsigned char byte) { return byte == 0; })) return false;
    std::fill(begin, end, static_cast<unsigned char>(0));
    file_.write(page_.data() + span.begin, span.end - span.begin,
                offset + static_cast<std::int64_t>(span.begin));
    return true;
  }

 private:
  [[nodiscard]] std::int64_t offset_of(std::uint32_t number) const {
    return std::int64_t{number - 1} * static_cast<std::int64_t>(page_.size());
  }

  [[nodiscard]] std::uint32_t lock_page() const {
    return static_cast<std::uint32_t>(kLockBytesAt / static_cast<std::int64_t>(page_.size())) + 1;
  }

  // The first of them is page 2, and each has five bytes for each page that follows it.
  [[nodiscard]] bool is_map(std::uint32_t number) const {
    if (!mapped_ || number < 2) return false;
    const auto distance = static_cast<std::uint32_t>(page_.size() / 5 + 1);
    const std::uint32_t map = (number - 2) / distance * distance + 2;
    return number == (map == lock_page() ? map + 1 : map);
  }

  const File& file_;
  Bytes page_;
  bool mapped_ = false;
  std::uint32_t count_ = 0;
};

// So that nobody else, not even a stray sqlite3 shell, writes meanwhile.
class WriteLock {
 public:
  explicit WriteLock(Connection& connection) : connection_(connection) { connection_.use(kBegin)->exec(); }
  ~WriteLock() {
    connection_.use(kRollback)->tryExecuteStep();
    // The pages in memory have the old bytes in their unused space, and would bring them back.
    sqlite3_db_release_memory(connection_.database().getHandle());
  }
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;

 private:
  Connection& connection_;
};

}  // namespace

bool empty_log(Connection& connection) {
  auto* const handle = connection.database().getHandle();
  sqlite3_busy_timeout(handle, kPatienceMs);
  const int result = sqlite3_wal_checkpoint_v2(handle, "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(handle, Connection::kBusyTimeoutMs);
  if (result == SQLITE_BUSY) return false;
  if (result != SQLITE_OK) throw SQLite::Exception(handle, result);
  return true;
}

std::optional<std::uint32_t> wipe_unused_space(Connection& connection, std::uint32_t first_page) {
  if (!empty_log(connection)) return std::nullopt;
  const WriteLock lock(connection);
  const File log(connection, SQLITE_FCNTL_JOURNAL_POINTER);
  if (log.is_open() && log.size() != 0) return std::nullopt;

  const File file(connection, SQLITE_FCNTL_FILE_POINTER);
  Pages pages(file);
  if (pages.count() >= kTooManyPages) return 0;
  const std::uint32_t end = std::min(pages.count() + 1, first_page + kPagesPerStep);
  bool wiped = false;
  for (auto page = first_page; page < end; ++page) wiped = pages.wipe(page) || wiped;
  if (wiped) file.sync();
  return end <= pages.count() ? end : 0;
}

}  // namespace leadspool::outbox

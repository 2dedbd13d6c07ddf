#include "simulation/faulty_disk.h"

#include <cstring>
#include <utility>

#include <sqlite3.h>

#include "base/check.h"

namespace leadspool::simulation {
namespace {

DiskFault armed = DiskFault::none;
int countdown = 0;
bool stays_broken = false;
bool has_struck = false;
bool exposed_now = false;
std::vector<std::string> refusals;

bool fails_now(DiskFault fault) {
  if (!exposed_now || armed != fault || --countdown > 0) return false;
  has_struck = true;
  if (!stays_broken) armed = DiskFault::none;
  return true;
}

// A log whose real file lies right behind it in memory.
struct LogFile {
  sqlite3_file base;
  sqlite3_file* real;
};

sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<LogFile*>(file)->real; }

// Calls the real file's method of the same name.
template <auto method, typename... Arguments>
int pass_on(sqlite3_file* file, Arguments... arguments) {
  return (real(file)->pMethods->*method)(real(file), arguments...);
}

int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  if (fails_now(DiskFault::write)) return SQLITE_IOERR_WRITE;
  return real(file)->pMethods->xWrite(real(file), bytes, size, offset);
}

int sync(sqlite3_file* file, int flags) {
  if (fails_now(DiskFault::sync)) return SQLITE_IOERR_FSYNC;
  return real(file)->pMethods->xSync(real(file), flags);
}

// A log is read, written, cut and synced; shared memory and locks belong to the database file.
const sqlite3_io_methods* log_methods() {
  static const sqlite3_io_methods methods = [] {
    sqlite3_io_methods made{};
    made.iVersion = 1;
    made.xClose = pass_on<&sqlite3_io_methods::xClose>;
    made.xRead = pass_on<&sqlite3_io_methods::xRead, void*, int, sqlite3_int64>;
    made.xWrite = write;
    made.xTruncate = pass_on<&sqlite3_io_methods::xTruncate, sqlite3_int64>;
    made.xSync = sync;
    made.xFileSize = pass_on<&sqlite3_io_methods::xFileSize, sqlite3_int64*>;
    made.xLock = pass_on<&sqlite3_io_methods::xLock, int>;
    made.xUnlock = pass_on<&sqlite3_io_methods::xUnlock, int>;
    made.xCheckReservedLock = pass_on<&sqlite3_io_methods::xCheckReservedLock, int*>;
    made.xFileControl = pass_on<&sqlite3_io_methods::xFileControl, int, void*>;
    made.xSectorSize = pass_on<&sqlite3_io_methods::xSectorSize>;
    made.xDeviceCharacteristics = pass_on<&sqlite3_io_methods::xDeviceCharacteristics>;
    return made;
  }();
  return &methods;
}

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  auto* const below = static_cast<sqlite3_vfs*>(vfs->pAppData);
  if ((flags & SQLITE_OPEN_WAL) == 0) return below->xOpen(below, name, file, flags, flags_out);
  auto* const log = reinterpret_cast<LogFile*>(file);
  log->real = reinterpret_cast<sqlite3_file*>(log + 1);
  std::memset(log->real, 0, static_cast<std::size_t>(below->szOsFile));
  const int result = below->xOpen(below, name, log->real, flags, flags_out);
  log->base.pMethods = log->real->pMethods == nullptr ? nullptr : log_methods();
  return result;
}

}  // namespace

void FaultyDisk::install() {
  static sqlite3_vfs vfs;
  if (vfs.pAppData != nullptr) return;
  const auto hear = [](void*, int code, const char* words) {
    if ((code & 0xFF) == SQLITE_CONSTRAINT) refusals.emplace_back(words);
  };
  CHECK(sqlite3_config(SQLITE_CONFIG_LOG, static_cast<void (*)(void*, int, const char*)>(hear), nullptr) ==
        SQLITE_OK);
  // Before the library is in use, as opening a store would do it too late.
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3_vfs* const below = sqlite3_vfs_find(nullptr);
  vfs = *below;
  vfs.zName = "faulty";
  vfs.pAppData = below;
  vfs.szOsFile = below->szOsFile + static_cast<int>(sizeof(LogFile));
  vfs.xOpen = open_file;
  CHECK(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK);
}

void FaultyDisk::arm(DiskFault fault, int n, bool for_good) {
  armed = fault;
  countdown = n;
  stays_broken = for_good;
}

void FaultyDisk::expose(bool exposed) { exposed_now = exposed; }

bool FaultyDisk::take_strike() { return std::exchange(has_struck, false); }

std::vector<std::string> FaultyDisk::take_refusals() { return std::exchange(refusals, {}); }

}  // namespace leadspool::simulation

#include "outbox/store_replacement.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outbox/connection.h"
#include "outbox/schema.h"
#include "outbox/store.h"
#include "outbox/store_files.h"

namespace leadspool::outbox {
namespace {

// So that the file alone is the whole store. One that cannot be read keeps its log beside it.
void empty_log_of(const std::string& path) {
  bool somebody_reads = false;
  try {
    // What is not ours is not touched.
    static_cast<void>(read_version(Connection(path, Connection::Mode::read_only).database(), path));
    Connection connection(path, Connection::Mode::durable_write);
    somebody_reads = connection.database().execAndGet("PRAGMA wal_checkpoint(TRUNCATE)").getInt() != 0;
  } catch (const std::runtime_error&) {
    return;
  }
  if (somebody_reads) {
    throw StoreError("another program is reading the store " + path +
                     "; end it, then restore again. Nothing was changed");
  }
}

void add_name(const std::string& file, const std::string& name) {
  if (link(file.c_str(), name.c_str()) == 0) return;
  throw StoreError("cannot move " + file + " to " + name + ": " + std::strerror(errno) +
                   "; move it and what lies beside it away by hand, then restore again");
}

bool is_there(const std::string& file) {
  struct stat status{};
  return lstat(file.c_str(), &status) == 0;
}

constexpr const char* kLogs[] = {"-wal", "-journal"};

// Of the store that stands at `path`, or of what is left of one, beside it: a name that nothing has yet.
std::string free_name_aside(const std::string& path, Time now) {
  const auto first = path + ".replaced-" + to_file_stamp(now);
  auto name = first;
  const auto is_taken = [&] {
    return is_there(name) || is_there(name + "-wal") || is_there(name + "-journal");
  };
  for (int i = 2; is_taken(); ++i) name = first + "-" + std::to_string(i);
  return name;
}

// Gives it that name besides its own.
std::string name_aside(const std::string& path, Time now) {
  const auto aside = free_name_aside(path, now);
  if (is_there(path)) add_name(path, aside);
  for (const char* log : kLogs) {
    if (is_there(path + log)) add_name(path + log, aside + log);
  }
  sync_folder(folder_of(path));
  return aside;
}

void put_in_place(const std::string& work, const std::string& path) {
  for (const char* log : {"-wal", "-journal", "-shm"}) {
    const auto file = path + log;
    if (unlink(file.c_str()) == 0 || errno == ENOENT) continue;
    throw StoreError("cannot remove " + file + ": " + std::strerror(errno) + "; the store was not replaced");
  }
  std::filesystem::rename(work, path);
  sync_folder(folder_of(path));
}

}  // namespace

std::string replace_store(const std::string& path, const std::string& new_store, Time now) {
  const bool any_stands_there = is_there(path);
  if (any_stands_there) empty_log_of(path);
  const auto aside = name_aside(path, now);
  put_in_place(new_store, path);
  return any_stands_there ? aside : "";
}

}  // namespace leadspool::outbox

#include "outbox/read_connection.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/store.h"

namespace leadspool::outbox {
namespace {

constexpr const char* kFirstRead = "SELECT 1 FROM sqlite_master LIMIT 1";

std::string checked(std::string path) {
  if (const int version = stored_schema_version(path); version != schema_version()) {
    throw StoreError("the store " + path + " has schema version " + std::to_string(version) +
                     "; run `leadspool migrate` to bring it to " + std::to_string(schema_version()));
  }
  return path;
}

}  // namespace

ReadConnection::ReadConnection(std::string store_path)
    : path_(checked(std::move(store_path))), connection_(path_, Connection::Mode::read_only) {
  // SQLite opens the log with the first read; so whatever stands in the way of reading shows here.
  run([](Connection& connection) { connection.use(kFirstRead)->executeStep(); });
}

void ReadConnection::run(const std::function<void(Connection&)>& read) {
  const std::lock_guard turn(mutex_);
  try {
    const SQLite::Transaction snapshot(connection_.database());
    read(connection_);
  } catch (const SQLite::Exception& failure) {
    throw StoreError("cannot read the store " + path_ + ": " + failure.what());
  }
}

}  // namespace leadspool::outbox

// The connection of a door for looking: read-only, and taken by one caller after the other. Inside the outbox
// only.
//
// Thread-safety: any thread.
// Errors: throws StoreError when the store is missing, not ours, of another schema version, or cannot be
// read.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "outbox/connection.h"

namespace leadspool::outbox {

class ReadConnection {
 public:
  explicit ReadConnection(std::string store_path);

  // Calls `read` with the connection inside one read transaction, so that what it reads belongs to one
  // moment.
  template <typename Read>
  auto in_one_moment(Read read) {
    std::optional<decltype(read(std::declval<Connection&>()))> result;
    run([&](Connection& connection) { result.emplace(read(connection)); });
    return std::move(*result);
  }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  void run(const std::function<void(Connection&)>& read);

  const std::string path_;
  std::mutex mutex_;
  Connection connection_;  // guarded by mutex_
};

}  // namespace leadspool::outbox

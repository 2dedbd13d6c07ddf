// How commands reach the data: every one is a call of the admin API. While the service runs it goes over the
// Unix socket beside the store; otherwise the same API is built in this process, so both answer alike.
//
// A change needs the store's lock. If another process holds it, that one is asked through its socket. Reading
// needs no lock and works whether or not a service runs. The test of a destination needs no store at all.
// Tests and previews need a configuration whose secrets were read.
//
// Thread-safety: one thread.
// Errors: outbox::StoreError when neither way is open; its text is for the operator.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/config.h"

namespace leadspool::app {

struct AdminCall {
  std::string method = "GET";
  std::vector<std::string> path;  // segments after /api/v1, not encoded
  std::vector<std::pair<std::string, std::string>> query;
  std::string body;
  // Set: a good answer is given to this part by part as it comes, and the reply's body is empty. For what is
  // too long to be held as a whole.
  std::function<void(std::string_view part)> take_part = nullptr;
  // How long a service may take over it; a destination's test may take a minute.
  std::chrono::seconds patience{90};
};

struct AdminReply {
  int status = 0;
  std::string body;

  [[nodiscard]] bool is_good() const { return 200 <= status && status < 300; }
};

// What the service of that store answers; nullopt when none runs.
[[nodiscard]] std::optional<AdminReply> ask_service(const StoreConfig& store, const AdminCall& call);

[[nodiscard]] AdminReply call_admin(const Config& config, const AdminCall& call);

enum class ServiceLife {
  absent,
  answering,
  silent,  // something listens on the store's socket, and said nothing within ten seconds
};
[[nodiscard]] ServiceLife service_life(const StoreConfig& store);

}  // namespace leadspool::app

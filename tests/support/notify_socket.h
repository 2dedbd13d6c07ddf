// The socket on which a service manager is told how a service is, as systemd has it.
//
// Thread-safety: one thread. Errors: std::runtime_error when the system refuses.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace leadspool::test {

class NotifySocket {
 public:
  // `path` is made.
  explicit NotifySocket(std::string path);
  ~NotifySocket();
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  // For the environment of the service.
  [[nodiscard]] std::string variable() const { return "NOTIFY_SOCKET=" + path_; }

  // The next that it was told: "READY=1"; nullopt when nothing comes for so long.
  [[nodiscard]] std::optional<std::string> next(std::chrono::milliseconds longest) const;

  // Until it is told exactly this; throws when it is not, within a minute and a half.
  void wait_for(const std::string& line) const;

 private:
  std::string path_;
  int socket_;
};

}  // namespace leadspool::test

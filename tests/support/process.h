// Another program, run by a test: started, listened to, signalled and waited for by its process id alone.
//
// Thread-safety: one thread.
// Errors: std::runtime_error when the system refuses, or when a wait takes longer than any machine should
// need.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace leadspool::test {

// How a program ended.
struct Ended {
  int code = -1;   // -1 when a signal ended it
  int signal = 0;  // 0 when it ended by itself
  std::string out;
  std::string err;
};

struct ProcessOptions {
  std::vector<std::string> environment;  // "NAME=value", beside the test's own
  uid_t user = 0;                        // other than 0: becomes this user first (tests run as root)
  std::string folder;                    // to start in; empty: the test's own
  // Handed down as a service manager does it, under this name; -1: none. The test keeps it.
  int listening_socket = -1;
  std::string listening_socket_name = "receiver";
};

class Process {
 public:
  // `command` is a path and its arguments.
  explicit Process(std::vector<std::string> command, ProcessOptions options = {});
  // Kills it if it still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }

  void signal(int number);

  // Reads until the standard output or error holds `text`; throws when it ends without.
  void wait_for_output(const std::string& text);

  // Waits for its end. Idempotent.
  const Ended& wait();

 private:
  // Takes what was said since.
  void read_more();
  // Waits up to `patience_ms` for its end; whether it has ended.
  [[nodiscard]] bool ends_within(int patience_ms) const;
  [[nodiscard]] std::string describe() const;

  std::vector<std::string> command_;
  pid_t pid_ = -1;
  int pid_fd_ = -1;
  // Files in memory and not pipes: a program that says much is never held up by a test that does not read.
  int out_fd_ = -1;
  int err_fd_ = -1;
  bool reaped_ = false;
  Ended ended_;
};

// Starts it and waits for its end.
[[nodiscard]] Ended run(std::vector<std::string> command, ProcessOptions options = {});

// Asks again and again, a moment apart, until `condition` holds; throws, naming `what`, after a minute and a
// half.
void wait_until(const std::string& what, const std::function<bool()>& condition);

// The first of `count` ports in a row that were free a moment ago.
[[nodiscard]] int free_ports(int count);

}  // namespace leadspool::test

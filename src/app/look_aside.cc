#include "app/look_aside.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

namespace leadspool::app {
namespace {

[[noreturn]] void look_in_child(const Account& account, const std::function<std::string()>& look, int out) {
  // A child that hangs must not keep open what somebody reads our output from.
  close(STDIN_FILENO);
  close(STDOUT_FILENO);
  close(STDERR_FILENO);
  try {
    if (account.uid != geteuid() && !become(account)) _exit(1);
    const std::string said = look();
    _exit(write(out, said.data(), said.size()) == static_cast<ssize_t>(said.size()) ? 0 : 1);
  } catch (...) {
    _exit(1);
  }
}

// All that comes until the other end is closed; nullopt: it was not closed in time.
std::optional<std::string> read_until(int in, SteadyTime end, const Clock& clock) {
  std::string said;
  while (true) {
    const auto left = end - clock.steady_now();
    if (left.count() <= 0) return std::nullopt;
    pollfd readable{in, POLLIN, 0};
    if (poll(&readable, 1, static_cast<int>(left.count())) <= 0) continue;
    std::array<char, 4096> part{};
    const ssize_t size = read(in, part.data(), part.size());
    if (size == 0) return said;
    if (size > 0) said.append(part.data(), static_cast<std::size_t>(size));
  }
}

}  // namespace

std::optional<std::string> look_aside(const Account& account, std::chrono::milliseconds longest,
                                      const std::function<std::string()>& look) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::runtime_error(std::string("cannot make a pipe: ") + std::strerror(errno));
  const pid_t child = fork();
  if (child == 0) look_in_child(account, look, ends[1]);
  close(ends[1]);
  if (child < 0) {
    close(ends[0]);
    throw std::runtime_error(std::string("cannot make a process: ") + std::strerror(errno));
  }
  const SystemClock clock;
  auto said = read_until(ends[0], clock.steady_now() + longest, clock);
  close(ends[0]);
  if (!said) kill(child, SIGKILL);
  // One that waits for its disk cannot even be killed.
  waitpid(child, nullptr, said ? 0 : WNOHANG);
  return said;
}

}  // namespace leadspool::app

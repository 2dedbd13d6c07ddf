#include "support/process.h"

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "base/clock.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace leadspool::test {
namespace {

constexpr std::chrono::seconds kPatience{90};

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

struct Pipe {
  int read_end = -1;
  int write_end = -1;
};

Pipe make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe2: " + std::string(std::strerror(errno)));
  return {ends[0], ends[1]};
}

// In the child, between fork and exec: only what is safe there.
[[noreturn]] void become(char* const* arguments, char* const* environment, const ProcessOptions& options,
                         int out, int err) {
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  const bool ready = (options.folder.empty() || chdir(options.folder.c_str()) == 0) &&
                     (options.user == 0 || (setgid(options.user) == 0 && setuid(options.user) == 0));
  if (ready) execve(arguments[0], arguments, environment);
  _exit(127);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

bool is_free(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return bound;
}

int any_free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  const bool good = bind(fd, raw, size) == 0 && getsockname(fd, raw, &size) == 0;
  close(fd);
  if (!good) fail("no free port");
  return ntohs(address.sin_port);
}

}  // namespace

Process::Process(std::vector<std::string> command, ProcessOptions options) : command_(std::move(command)) {
  std::vector<std::string> environment = options.environment;
  for (char** each = environ; *each != nullptr; ++each) environment.emplace_back(*each);
  const auto environment_pointers = pointers(environment);
  const auto arguments = pointers(command_);
  const Pipe out = make_pipe();
  const Pipe err = make_pipe();
  pid_ = fork();
  if (pid_ < 0) fail("fork: " + std::string(std::strerror(errno)));
  if (pid_ == 0) become(arguments.data(), environment_pointers.data(), options, out.write_end, err.write_end);
  close(out.write_end);
  close(err.write_end);
  out_fd_ = out.read_end;
  err_fd_ = err.read_end;
}

Process::~Process() {
  if (!reaped_) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (out_fd_ >= 0) close(out_fd_);
  if (err_fd_ >= 0) close(err_fd_);
}

void Process::signal(int number) {
  if (!reaped_) kill(pid_, number);
}

std::string Process::describe() const {
  std::string text;
  for (const auto& word : command_) text += word + " ";
  return text + "\nout: " + ended_.out + "\nerr: " + ended_.err;
}

bool Process::read_some(int patience_ms) {
  pollfd watched[] = {{out_fd_, POLLIN, 0}, {err_fd_, POLLIN, 0}};
  poll(watched, 2, patience_ms);
  const std::pair<int*, std::string*> streams[] = {{&out_fd_, &ended_.out}, {&err_fd_, &ended_.err}};
  for (std::size_t i = 0; i < 2; ++i) {
    if (watched[i].revents == 0) continue;
    auto& [fd, text] = streams[i];
    char bytes[65'536];
    const ssize_t got = read(*fd, bytes, sizeof bytes);
    if (got > 0) {
      text->append(bytes, static_cast<std::size_t>(got));
    } else {
      close(*fd);
      *fd = -1;
    }
  }
  return out_fd_ >= 0 || err_fd_ >= 0;
}

void Process::wait_for_output(const std::string& text) {
  const auto deadline = SystemClock().steady_now() + kPatience;
  const auto said = [&] {
    return ended_.out.find(text) != std::string::npos || ended_.err.find(text) != std::string::npos;
  };
  while (!said()) {
    if (!read_some(1'000) && !said()) fail("ended without saying \"" + text + "\": " + describe());
    if (SystemClock().steady_now() > deadline) fail("did not say \"" + text + "\" in time: " + describe());
  }
}

const Ended& Process::wait() {
  const auto deadline = SystemClock().steady_now() + kPatience;
  while (read_some(1'000)) {
    if (SystemClock().steady_now() > deadline) fail("did not end in time: " + describe());
  }
  if (reaped_) return ended_;
  int status = 0;
  if (waitpid(pid_, &status, 0) != pid_) fail("waitpid: " + std::string(std::strerror(errno)));
  reaped_ = true;
  if (WIFEXITED(status)) ended_.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) ended_.signal = WTERMSIG(status);
  return ended_;
}

Ended run(std::vector<std::string> command, ProcessOptions options) {
  return Process(std::move(command), std::move(options)).wait();
}

void wait_until(const std::string& what, const std::function<bool()>& condition) {
  const auto deadline = SystemClock().steady_now() + kPatience;
  while (!condition()) {
    if (SystemClock().steady_now() > deadline) fail("still not so: " + what);
    poll(nullptr, 0, 20);
  }
}

int free_ports(int count) {
  for (int tries = 0; tries < 1'000; ++tries) {
    const int first = any_free_port();
    int good = 1;
    while (good < count && first + good < 65'536 && is_free(first + good)) ++good;
    if (good == count) return first;
  }
  fail("no free ports in a row");
}

}  // namespace leadspool::test

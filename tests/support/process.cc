#include "support/process.h"

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

namespace leadspool::test {
namespace {

constexpr std::chrono::seconds kPatience{90};

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

int memory_file(const char* name) {
  const int fd = memfd_create(name, MFD_CLOEXEC);
  if (fd < 0) fail("memfd_create: " + std::string(std::strerror(errno)));
  return fd;
}

// Adds to `text` what `fd` holds beyond it.
void read_beyond(int fd, std::string& text) {
  char bytes[65'536];
  ssize_t got = 0;
  while ((got = pread(fd, bytes, sizeof bytes, static_cast<off_t>(text.size()))) > 0) {
    text.append(bytes, static_cast<std::size_t>(got));
  }
}

// Room for a process id behind it.
constexpr const char* kListenPid = "LISTEN_PID=";
constexpr std::size_t kLongestPid = 20;

// In the child, between fork and exec: only what is safe there.
void write_own_pid(char* at) {
  char digits[kLongestPid];
  std::size_t count = 0;
  for (auto left = getpid(); left > 0; left /= 10) digits[count++] = static_cast<char>('0' + left % 10);
  while (count > 0) *at++ = digits[--count];
  *at = '\0';
}

// The same. `pid` is where LISTEN_PID's value belongs.
void hand_down(int listening_socket, char* pid) {
  constexpr int kFirstHandedDown = 3;
  if (listening_socket < 0) return;
  write_own_pid(pid);
  dup2(listening_socket, kFirstHandedDown);
  fcntl(kFirstHandedDown, F_SETFD, 0);
}

// The same.
[[noreturn]] void become(char* const* arguments, char* const* environment, const ProcessOptions& options,
                         int out, int err, char* listen_pid) {
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  hand_down(options.listening_socket, listen_pid);
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
  if (options.listening_socket >= 0) {
    environment.emplace_back("LISTEN_FDS=1");
    environment.push_back("LISTEN_FDNAMES=" + options.listening_socket_name);
  }
  for (char** each = environ; *each != nullptr; ++each) environment.emplace_back(*each);
  std::string listen_pid = kListenPid + std::string(kLongestPid, ' ');
  auto environment_pointers = pointers(environment);
  if (options.listening_socket >= 0) {
    environment_pointers.insert(environment_pointers.begin(), listen_pid.data());
  }
  const auto arguments = pointers(command_);
  out_fd_ = memory_file("out");
  err_fd_ = memory_file("err");
  pid_ = fork();
  if (pid_ < 0) fail("fork: " + std::string(std::strerror(errno)));
  if (pid_ == 0)
    become(arguments.data(), environment_pointers.data(), options, out_fd_, err_fd_,
           &listen_pid[std::strlen(kListenPid)]);
  // Debian 12 declares pidfd_open() without C linkage.
  pid_fd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (pid_fd_ < 0) fail("pidfd_open: " + std::string(std::strerror(errno)));
}

Process::~Process() {
  if (!reaped_) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  for (const int fd : {pid_fd_, out_fd_, err_fd_}) close(fd);
}

void Process::signal(int number) {
  if (!reaped_) kill(pid_, number);
}

std::string Process::describe() const {
  std::string text;
  for (const auto& word : command_) text += word + " ";
  return text + "\nout: " + ended_.out + "\nerr: " + ended_.err;
}

void Process::read_more() {
  read_beyond(out_fd_, ended_.out);
  read_beyond(err_fd_, ended_.err);
}

bool Process::ends_within(int patience_ms) const {
  pollfd watched{pid_fd_, POLLIN, 0};
  return poll(&watched, 1, patience_ms) > 0;
}

void Process::wait_for_output(const std::string& text) {
  const auto deadline = SystemClock().steady_now() + kPatience;
  while (true) {
    const bool ended = ends_within(10);
    read_more();
    if (ended_.out.find(text) != std::string::npos || ended_.err.find(text) != std::string::npos) return;
    if (ended) fail("ended without saying \"" + text + "\": " + describe());
    if (SystemClock().steady_now() > deadline) fail("did not say \"" + text + "\" in time: " + describe());
  }
}

const Ended& Process::wait() {
  if (reaped_) return ended_;
  const bool ended = ends_within(static_cast<int>(Milliseconds(kPatience).count()));
  read_more();
  if (!ended) fail("did not end in time: " + describe());
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

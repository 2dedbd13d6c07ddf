#include "app/process_setup.h"

#include <csignal>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/check.h"

namespace leadspool::app {
namespace {

void ignore(int signal) {
  struct sigaction action{};
  action.sa_handler = SIG_IGN;
  CHECK(sigaction(signal, &action, nullptr) == 0);
}

// The limit is for cores in files; the kernel ignores it where core_pattern names a program that takes them,
// and heeds only the other. That one also keeps other processes of this user from reading our memory, and
// hands what is below /proc/self to root: what the service itself wants to know it must not look up there.
void forbid_cores() {
  const rlimit none{0, 0};
  CHECK(setrlimit(RLIMIT_CORE, &none) == 0);
  CHECK(prctl(PR_SET_DUMPABLE, 0) == 0);
}

}  // namespace

void make_process_safe() {
  umask(077);
  forbid_cores();
  ignore(SIGPIPE);
  ignore(SIGXFSZ);
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  // Refused, the service works on with fewer connections.
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace leadspool::app

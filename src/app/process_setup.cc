#include "app/process_setup.h"

#include <cerrno>
#include <csignal>

#include <sys/resource.h>
#include <sys/stat.h>

#include "base/check.h"

namespace leadspool::app {
namespace {

WakeSignal* g_stop = nullptr;

void handle_stop(int) {
  const int saved = errno;
  g_stop->notify();
  errno = saved;
}

void set_handler(int signal, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  CHECK(sigaction(signal, &action, nullptr) == 0);
}

}  // namespace

void make_process_safe() {
  umask(077);
  set_handler(SIGPIPE, SIG_IGN);
  set_handler(SIGXFSZ, SIG_IGN);
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  // Refused, the service works on with fewer connections.
  setrlimit(RLIMIT_NOFILE, &limit);
}

void stop_on_signals(WakeSignal& stop) {
  g_stop = &stop;
  set_handler(SIGTERM, handle_stop);
  set_handler(SIGINT, handle_stop);
}

}  // namespace leadspool::app

// The main of every test program; the only place where Catch2's runner is compiled.
#if LEADSPOOL_CATCH2_VERSION == 2
#define CATCH_CONFIG_RUNNER
#endif
#include <csignal>
#include <cstdlib>

#include "base/log.h"
#include "support/catch.h"

// Quiet, since many tests break things on purpose; LEADSPOOL_TEST_LOG=1 shows the log.
int main(int argc, char** argv) {
  // A server under test may hang up while a test still sends.
  std::signal(SIGPIPE, SIG_IGN);
  if (std::getenv("LEADSPOOL_TEST_LOG") == nullptr) {
    leadspool::set_up_log(leadspool::LogLevel::off, leadspool::LogFormat::text);
  }
  return Catch::Session().run(argc, argv);
}

// What attacks may cost. The server has a process of its own, so that its memory can be told from the
// attacker's.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "http/server.h"
#include "served.h"
#include "support/catch.h"
#include "support/process.h"
#include "support/raw_client.h"

namespace leadspool::http {
namespace {

using test::get;
using test::post;
using test::RawClient;
using test::Served;

constexpr auto kPortVariable = "LEADSPOOL_ATTACKED_PORT";
constexpr std::size_t kMebibyte = 1024 * 1024;
constexpr std::size_t kMostGrowth = 5 * kMebibyte;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMemoryIsOurs = false;  // and not a sanitizer's
#else
constexpr bool kMemoryIsOurs = true;
#endif

class AttackedServer {
 public:
  AttackedServer()
      : port_(test::free_ports(1)),
        process_({std::filesystem::read_symlink("/proc/self/exe").string(), "[.attacked]"},
                 {.environment = {std::string(kPortVariable) + "=" + std::to_string(port_)}}) {
    process_.wait_for_output("serving");
  }

  [[nodiscard]] int port() const { return port_; }

  [[nodiscard]] std::size_t descriptors() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder() + "fd"), {}));
  }

  // The most that was ever resident.
  [[nodiscard]] std::size_t peak_bytes() const {
    std::ifstream file(folder() + "status");
    std::string word;
    while (file >> word && word != "VmHWM:") continue;
    std::size_t kibibytes = 0;
    file >> kibibytes;
    return kibibytes * 1024;
  }

  // Ends it as a service is ended; its exit code.
  [[nodiscard]] int stop() {
    process_.signal(SIGTERM);
    return process_.wait().code;
  }

 private:
  [[nodiscard]] std::string folder() const { return "/proc/" + std::to_string(process_.pid()) + "/"; }

  const int port_;
  test::Process process_;
};

// As much of `total` bytes as the server takes: `piece` again and again.
void flood(RawClient& client, const std::string& piece, std::size_t total) {
  for (std::size_t sent = 0; sent < total && client.send(piece); sent += piece.size()) continue;
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  while (times-- > 0) all += text;
  return all;
}

}  // namespace

// Not a test of its own: the program that AttackedServer runs.
TEST_CASE("serves until it is told to end", "[.attacked]") {
  const char* port = std::getenv(kPortVariable);
  REQUIRE(port != nullptr);
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigprocmask(SIG_BLOCK, &ending, nullptr);
  auto options = test::loopback_options();
  options.port = std::atoi(port);
  Served served(options);
  std::cout << "serving" << std::endl;
  int signal = 0;
  sigwait(&ending, &signal);
  served.server().stop();
}

TEST_CASE(
    "a streamed answer costs the memory of one part, however long it is and however slowly it is taken") {
  AttackedServer server;
  REQUIRE(RawClient::tcp(server.port()).exchange(get("/show/a")).status == 200);
  const auto peak = server.peak_bytes();
  auto slow = RawClient::tcp(server.port());
  slow.send(get("/parts/1000000"));
  auto client = RawClient::tcp(server.port());
  client.send(get("/parts/512", "Connection: close\r\n"));
  REQUIRE(client.read_to_end().size() > 512 * 64 * 1024);
  if (kMemoryIsOurs) {
    const auto now = server.peak_bytes();
    INFO(peak << " bytes before, " << now << " after");
    REQUIRE(now <= peak + kMostGrowth);
  }
  REQUIRE(server.stop() == 0);
}

TEST_CASE("attacks are refused, and neither memory nor descriptors stay behind") {
  AttackedServer server;
  auto honest = RawClient::tcp(server.port());
  REQUIRE(honest.exchange(post("/echo", std::string(256 * 1024, 'x'), "Connection: close\r\n")).status ==
          202);
  REQUIRE(honest.is_ended());
  const auto descriptors = server.descriptors();
  const auto peak = server.peak_bytes();
  const auto attack = [&](const std::string& start, const std::string& piece, std::size_t total) {
    auto client = RawClient::tcp(server.port());
    client.send(start);
    flood(client, piece, total);
    return client.read_answer().status;
  };

  // The server reads on for a while, so that its answer is not lost with a reset; beyond that it may be.
  const auto is_refusal = [](int status, int refusal) { return status == refusal || status == 0; };
  for (int round = 0; round < 3; ++round) {
    INFO(round);
    const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
    REQUIRE(is_refusal(
        attack("POST /echo HTTP/1.1\r\nHost: l\r\nTransfer-Encoding: chunked\r\n\r\n", chunk, 64 * kMebibyte),
        413));
    REQUIRE(is_refusal(attack("POST /echo HTTP/1.1\r\nHost: l\r\nTransfer-Encoding: chunked\r\n\r\n",
                              repeated("1;" + std::string(100, 'x') + "\r\nx\r\n", 600), 64 * kMebibyte),
                       400));
    REQUIRE(
        is_refusal(attack("GET /show/a HTTP/1.1\r\nX: ", std::string(kMebibyte, 'x'), 64 * kMebibyte), 431));
    REQUIRE(is_refusal(attack("GET /show/a HTTP/1.1\r\n", repeated("A: b\r\n", 500'000), 1), 431));
    REQUIRE(is_refusal(attack("GET /", std::string(kMebibyte, 'x'), 64 * kMebibyte), 431));
    auto busy = RawClient::tcp(server.port());
    for (int i = 0; i < 10'000; ++i) REQUIRE(busy.exchange(get("/show/a")).status == 200);
  }

  test::wait_until("the connections to be closed", [&] { return server.descriptors() == descriptors; });
  if (kMemoryIsOurs) {
    const auto now = server.peak_bytes();
    INFO(peak << " bytes before, " << now << " after");
    REQUIRE(now <= peak + kMostGrowth);
  }
  REQUIRE(server.stop() == 0);
}

}  // namespace leadspool::http

// Time that ran out, told apart by what the other side had left undone.
#include <cstring>
#include <semaphore>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/curl_client.h"
#include "support/catch.h"
#include "support/raw_client.h"
#include "support/raw_server.h"

namespace {

constexpr const char* kUnresolvable = "resolved-too-late.test";

// The resolver's thread waits for `resolve`, and tells by `resolved` that it has been let go.
std::binary_semaphore resolve{0};
std::binary_semaphore resolved{0};

}  // namespace

// Takes the place of libc's for the whole program: one name is not resolved until a test lets it.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** result) {
  if (name != nullptr && std::strcmp(name, kUnresolvable) == 0) {
    resolve.acquire();
    resolved.release();
    return EAI_AGAIN;
  }
  static const auto libc = reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return libc(name, service, hints, result);
}

namespace leadspool::http {
namespace {

using std::chrono::milliseconds;
using test::RawServer;

constexpr milliseconds kShort{200};
constexpr milliseconds kNever{600'000};

// Connections to it are never made: its queue is full, so that the kernel drops what would begin another.
class FullListener {
 public:
  FullListener() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    socklen_t size = sizeof address_;
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(bind(listener_, to_sockaddr(), size) == 0);
    REQUIRE(listen(listener_, 0) == 0);
    REQUIRE(getsockname(listener_, to_sockaddr(), &size) == 0);
    first_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(connect(first_, to_sockaddr(), size) == 0);
    pollfd queue{listener_, POLLIN, 0};
    REQUIRE(poll(&queue, 1, -1) == 1);
  }
  ~FullListener() {
    close(first_);
    close(listener_);
  }
  FullListener(const FullListener&) = delete;
  FullListener& operator=(const FullListener&) = delete;

  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(ntohs(address_.sin_port));
  }

 private:
  sockaddr* to_sockaddr() { return reinterpret_cast<sockaddr*>(&address_); }

  int listener_;
  int first_ = -1;
  sockaddr_in address_{};
};

ClientRequest request(const std::string& url, milliseconds to_connect, milliseconds in_all) {
  ClientRequest made{.url = url, .body = "lead"};
  made.connect_timeout = to_connect;
  made.total_timeout = in_all;
  return made;
}

// That time ran out in `phase`, told as `detail`.
void require_timeout(ClientRequest request, FailurePhase phase, const std::string& detail) {
  const auto late = std::get<ClientFailure>(send_and_wait(std::move(request)));
  REQUIRE(late.detail == detail);
  REQUIRE(late.phase == phase);
  REQUIRE(late.timed_out);
}

ClientAnswer require_cut_off(ClientRequest request, const std::string& why) {
  auto late = std::get<ClientAnswer>(send_and_wait(std::move(request)));
  REQUIRE(late.incomplete_because == why);
  REQUIRE_FALSE(late.complete);
  return late;
}

}  // namespace

TEST_CASE("a name that is not resolved in time is told as such, and nothing waits for the resolver") {
  const std::string url = std::string("https://") + kUnresolvable;
  SECTION("in the time for connecting") {
    require_timeout(request(url, kShort, kNever), FailurePhase::dns,
                    "the host name was not resolved in the 0.2 s allowed for connecting");
  }
  SECTION("in the time for the whole request") {
    require_timeout(request(url, kNever, kShort), FailurePhase::dns,
                    "the host name was not resolved in the 0.2 s allowed for all of it");
  }
  resolve.release();
  resolved.acquire();
}

TEST_CASE("a host that does not answer the first packet is told as one that could not be connected to") {
  const FullListener listener;
  require_timeout(request(listener.url(), kShort, kNever), FailurePhase::connect,
                  "no connection was made in the 0.2 s allowed for connecting");
  require_timeout(request(listener.url(), kNever, kShort), FailurePhase::connect,
                  "no connection was made in the 0.2 s allowed for all of it");
}

TEST_CASE("a TLS handshake that does not end is told apart from a connection that is not made") {
  std::string beginning;
  SECTION("nothing comes") {}
  // The head of a record that is to hold 16 KiB.
  SECTION("half a record comes") { beginning = "\x16\x03\x03\x40"; }
  RawServer server([&](int socket, int) {
    RawServer::write(socket, beginning);
    RawServer::wait_for_end(socket);
  });
  const std::string url = "https://127.0.0.1:" + std::to_string(server.port());
  require_timeout(request(url, milliseconds{250}, kNever), FailurePhase::tls,
                  "the TLS handshake did not end in the 0.25 s allowed for connecting");
  require_timeout(request(url, kNever, kShort), FailurePhase::tls,
                  "the TLS handshake did not end in the 0.2 s allowed for all of it");
}

TEST_CASE("a server that does not take the request is told apart from one that does not answer it") {
  std::binary_semaphore given_up{0};
  RawServer server([&](int, int) { given_up.acquire(); });
  auto large = request(server.url(), kNever, kShort);
  large.body = std::string(50'000'000, 'x');
  require_timeout(std::move(large), FailurePhase::send,
                  "the server did not take the whole request in the 0.2 s allowed for all of it");
  given_up.release();
}

TEST_CASE("a server that says nothing is told apart from one that only begins to speak") {
  std::string beginning;
  std::string detail;
  SECTION("nothing comes") { detail = "the request was sent, but no answer came"; }
  SECTION("half a status line comes") {
    beginning = "HTTP/1.1 2";
    detail = "an answer began, but did not get as far as its status";
  }
  SECTION("only an interim answer comes") {
    beginning = "HTTP/1.1 102 Processing\r\n\r\n";
    detail = "an answer began, but did not get as far as its status";
  }
  RawServer server([&](int socket, int) {
    RawServer::read_request(socket);
    RawServer::write(socket, beginning);
    RawServer::wait_for_end(socket);
  });
  // Long enough for a busy machine to say the beginning.
  require_timeout(request(server.url(), kNever, milliseconds{3'000}), FailurePhase::wait,
                  detail + " in the 3 s allowed for all of it");
}

TEST_CASE("an answer that drips until time runs out keeps its status, and tells why it has no end") {
  RawServer server([](int socket, int) {
    RawServer::read_request(socket);
    RawServer::write(socket, "HTTP/1.1 422 No\r\nContent-Length: 1000000\r\n\r\n");
    // One byte after the other, until the client has gone.
    pollfd peer{socket, POLLRDHUP, 0};
    while (poll(&peer, 1, 10) == 0) RawServer::write(socket, "x");
  });
  const auto dripped =
      require_cut_off(request(server.url(), kNever, milliseconds{1'500}),
                      "the end of the answer did not come in the 1.5 s allowed for all of it");
  REQUIRE(dripped.status == 422);
  REQUIRE(dripped.body.starts_with("x"));
}

TEST_CASE("an answer tells why it is not complete, unless it was long enough") {
  std::string sent;
  std::string why;
  SECTION("the connection breaks") {
    sent = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
    why = "the connection broke before the end of the answer";
  }
  SECTION("its headers do not end") {
    sent = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 100; ++i) sent += "X: " + std::string(10'000, 'x') + "\r\n";
    why = "the headers of the answer are too long";
  }
  SECTION("no more of it was wanted") {
    sent = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + std::string(1'000'000, 'x');
  }
  RawServer server([&](int socket, int) {
    RawServer::read_request(socket);
    RawServer::write(socket, sent);
  });
  REQUIRE(require_cut_off(request(server.url(), kNever, kNever), why).status == 200);
}

}  // namespace leadspool::http

#include "http/listening_socket.h"

#include <filesystem>
#include <optional>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "served.h"
#include "support/catch.h"
#include "support/raw_client.h"

namespace leadspool::http {
namespace {

using test::holds;
using test::post;
using test::RawClient;
using test::Served;

// Why a server with these options does not start.
std::string bind_error(const ServerOptions& options) {
  const Router router;
  try {
    Server(options, router).start();
  } catch (const BindError& error) {
    return error.what();
  }
  return "started";
}

}  // namespace

TEST_CASE("a port in use is named as such") {
  Served served;
  auto options = test::loopback_options();
  options.port = served.port();
  const auto error = bind_error(options);
  REQUIRE(holds(error, std::to_string(served.port())));
  REQUIRE(holds(error, "another program listens there"));
}

TEST_CASE("an address that cannot be bound is explained") {
  auto options = test::loopback_options();
  options.address = "not an address";
  REQUIRE(holds(bind_error(options), "not an IP address"));
  options.address = "203.0.113.7";
  REQUIRE(holds(bind_error(options), "no such address"));
}

TEST_CASE("a Unix socket is served, for its owner only, and taken away at the end") {
  const test::TemporaryFolder folder;
  ServerOptions options;
  options.unix_socket = folder.file("admin.sock");
  {
    Served served(options);
    struct stat found{};
    REQUIRE(lstat(options.unix_socket.c_str(), &found) == 0);
    REQUIRE(S_ISSOCK(found.st_mode));
    REQUIRE((found.st_mode & 0777) == 0600);
    auto client = RawClient::unix_socket(options.unix_socket);
    const auto answer = client.exchange("GET /show/a HTTP/1.1\r\nHost: l\r\n\r\n");
    REQUIRE(answer.body == "name=a x= from=");
    REQUIRE(served.port() == 0);

    REQUIRE(holds(bind_error(options), "another program listens there"));
  }
  REQUIRE_FALSE(std::filesystem::exists(options.unix_socket));
}

TEST_CASE("a socket file left behind is replaced, another file is not") {
  const test::TemporaryFolder folder;
  ServerOptions options;
  options.unix_socket = folder.file("admin.sock");
  {
    Served first(options);
    std::filesystem::create_hard_link(options.unix_socket, folder.file("kept"));
  }
  std::filesystem::rename(folder.file("kept"), options.unix_socket);
  {
    Served second(options);
    auto client = RawClient::unix_socket(options.unix_socket);
    REQUIRE(client.exchange(post("/echo", "x")).status == 202);
  }
  test::write_file(options.unix_socket, "precious");
  REQUIRE(holds(bind_error(options), "not a socket"));
  REQUIRE(std::filesystem::file_size(options.unix_socket) == 8);
}

TEST_CASE("a socket that was handed down is served, and outlives the server with those who wait in it") {
  const int held = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in bound{};
  bound.sin_family = AF_INET;
  bound.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* address = reinterpret_cast<sockaddr*>(&bound);
  socklen_t size = sizeof bound;
  REQUIRE(bind(held, address, size) == 0);
  REQUIRE(listen(held, 16) == 0);
  REQUIRE(getsockname(held, address, &size) == 0);
  const int port = ntohs(bound.sin_port);

  ServerOptions options;
  options.inherited_socket = dup(held);
  std::optional<Served> served;
  served.emplace(options);
  REQUIRE(served->port() == port);
  REQUIRE(served->server().address() == "127.0.0.1");
  REQUIRE(RawClient::tcp(port).exchange(post("/echo", "x")).status == 202);
  served.reset();

  auto waiting = RawClient::tcp(port);
  waiting.send(post("/echo", "waited"));
  options.inherited_socket = dup(held);
  served.emplace(options);
  REQUIRE(waiting.read_answer().body == "waited");
  close(held);
}

TEST_CASE("what was handed down must be a listening socket, and one for this machine alone without TLS") {
  auto options = test::loopback_options();
  options.inherited_socket = open("/dev/null", O_RDONLY | O_CLOEXEC);
  REQUIRE(holds(bind_error(options), "no listening stream socket"));
  options.inherited_socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(holds(bind_error(options), "no listening stream socket"));
  options.inherited_socket = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(listen(options.inherited_socket, 16) == 0);
  REQUIRE(holds(bind_error(options), "plain HTTP"));
}

TEST_CASE("loopback addresses are told from others") {
  for (const auto* address : {"127.0.0.1", "127.8.9.10", "::1", "localhost"}) REQUIRE(is_loopback(address));
  for (const auto* address :
       {"0.0.0.0", "::", "128.0.0.1", "10.0.0.1", "127.0.0.1.example", "localhost.example", ""}) {
    REQUIRE_FALSE(is_loopback(address));
  }
}

}  // namespace leadspool::http

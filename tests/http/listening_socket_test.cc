#include "http/listening_socket.h"

#include <filesystem>

#include <sys/stat.h>

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

TEST_CASE("loopback addresses are told from others") {
  for (const auto* address : {"127.0.0.1", "127.8.9.10", "::1", "localhost"}) REQUIRE(is_loopback(address));
  for (const auto* address :
       {"0.0.0.0", "::", "128.0.0.1", "10.0.0.1", "127.0.0.1.example", "localhost.example", ""}) {
    REQUIRE_FALSE(is_loopback(address));
  }
}

}  // namespace leadspool::http

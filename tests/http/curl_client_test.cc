#include "http/curl_client.h"

#include <atomic>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

#include "base/wake_signal.h"
#include "served.h"
#include "support/catch.h"
#include "support/raw_client.h"
#include "support/raw_server.h"

namespace leadspool::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::RawServer;
using test::Served;

constexpr std::string_view kSmallAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

ClientRequest to(const std::string& url, const std::string& body = "lead") {
  return {.url = url, .body = body};
}

ClientFailure failure(ClientRequest request) {
  return std::get<ClientFailure>(send_and_wait(std::move(request)));
}
ClientAnswer answer(ClientRequest request) {
  return std::get<ClientAnswer>(send_and_wait(std::move(request)));
}

// A port where nobody listens.
int closed_port() {
  const RawServer server([](int, int) {});
  return server.port();
}

void run_until_done(Client& client) {
  while (client.in_flight() > 0) client.run(seconds{1}, -1);
}

}  // namespace

TEST_CASE("a request is sent as it was asked for") {
  std::string seen;
  RawServer server([&](int socket, int) {
    seen = RawServer::read_request(socket);
    RawServer::write(socket, "HTTP/1.1 201 Created\r\nX-Id: 7\r\nContent-Length: 4\r\n\r\nmade");
  });
  const auto got =
      answer({.method = "PATCH",
              .url = server.url("/leads/1?a=b"),
              .headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}, {"If-None-Match", "*"}},
              .body = "{\"a\":\"\xc3\xa9\"}"});
  REQUIRE(got.status == 201);
  REQUIRE(got.body == "made");
  REQUIRE(got.complete);
  REQUIRE(find_header(got.headers, "x-id") == "7");

  REQUIRE(seen.starts_with("PATCH /leads/1?a=b HTTP/1.1\r\n"));
  REQUIRE(seen.ends_with("\r\n\r\n{\"a\":\"\xc3\xa9\"}"));
  for (const std::string line : {"Content-Type: application/json\r\n", "X-Empty:\r\n", "If-None-Match: *\r\n",
                                 "Content-Length: 10\r\n", "User-Agent: leadspool/"}) {
    INFO(line);
    REQUIRE(seen.find(line) != std::string::npos);
  }
  REQUIRE(seen.find("Expect") == std::string::npos);
}

TEST_CASE("methods without a body and empty bodies are sent well-formed") {
  Served served;
  const auto base = "http://127.0.0.1:" + std::to_string(served.port());
  REQUIRE(answer({.method = "GET", .url = base + "/show/a"}).status == 200);
  REQUIRE(answer({.method = "HEAD", .url = base + "/show/a"}).status == 200);
  REQUIRE(answer({.method = "DELETE", .url = base + "/show/a"}).status == 405);
  REQUIRE(answer({.method = "POST", .url = base + "/echo"}).status == 202);
  REQUIRE(answer({.method = "PUT", .url = base + "/echo"}).status == 405);
}

TEST_CASE("a large body is sent without waiting for a 100 Continue") {
  Served served;
  const std::string body(200 * 1024, 'x');
  ClientRequest request = to("http://127.0.0.1:" + std::to_string(served.port()) + "/echo", body);
  request.max_answer_bytes = 1024 * 1024;
  REQUIRE(answer(std::move(request)).body == body);
}

TEST_CASE("a body is sent in chunks where that is asked for") {
  std::string seen;
  RawServer server([&](int socket, int) {
    seen = RawServer::read_request(socket);
    RawServer::write(socket, kSmallAnswer);
  });
  auto request = to(server.url());
  request.chunked = true;
  REQUIRE(answer(request).status == 200);
  REQUIRE(seen.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  REQUIRE(seen.find("Content-Length") == std::string::npos);

  Served served;
  request.url = "http://127.0.0.1:" + std::to_string(served.port()) + "/echo";
  request.max_answer_bytes = 1024 * 1024;
  for (const std::size_t size : {0, 1, 4, 100'000, 250'000}) {
    INFO(size);
    request.body = std::string(size, 'x');
    const auto got = answer(request);
    REQUIRE(got.status == 202);
    REQUIRE(got.body == request.body);
  }
}

TEST_CASE("connections are kept between requests") {
  RawServer server([](int socket, int) {
    while (!RawServer::read_request(socket).empty()) RawServer::write(socket, kSmallAnswer);
  });
  {
    CurlClient client;
    for (int i = 0; i < 5; ++i) {
      std::optional<ClientResult> result;
      client.send(to(server.url()), [&](ClientResult given) { result = std::move(given); });
      run_until_done(client);
      REQUIRE(std::get<ClientAnswer>(*result).status == 200);
    }
  }
  REQUIRE(server.connections() == 1);
}

TEST_CASE("only https, or http to this machine, is sent to") {
  REQUIRE(is_allowed_url("https://crm.example/leads"));
  REQUIRE(is_allowed_url("https://localhost"));
  REQUIRE(is_allowed_url("http://127.0.0.1:9000/x"));
  REQUIRE(is_allowed_url("http://[::1]:9000/"));
  REQUIRE(is_allowed_url("http://localhost:9000/"));
  for (const auto* url :
       {"http://crm.example/leads", "http://localhost.example/", "http://127.0.0.1@crm.example/",
        "ftp://localhost/", "file:///etc/passwd", "crm.example", "", "https://user:pw@crm.example/",
        "https://user@crm.example/", "https://", "https://a b/"}) {
    INFO(url);
    REQUIRE_FALSE(is_allowed_url(url));
  }
  const auto refused = failure(to("http://crm.example/leads"));
  REQUIRE(refused.phase == FailurePhase::bad_url);
  REQUIRE_FALSE(refused.may_have_been_received());
}

TEST_CASE("a header that would break the request is refused") {
  for (const Header& header :
       {Header{"X", "a\r\nY: b"}, Header{"X\n", "a"}, Header{"", "a"}, Header{"X", std::string("a\0b", 3)}}) {
    ClientRequest request = to("http://127.0.0.1:1/");
    request.headers = {header};
    REQUIRE(failure(std::move(request)).phase == FailurePhase::bad_url);
  }
}

TEST_CASE("a refused connection is told from what comes later") {
  const auto refused = failure(to("http://127.0.0.1:" + std::to_string(closed_port()) + "/"));
  REQUIRE(refused.phase == FailurePhase::connect);
  REQUIRE_FALSE(refused.timed_out);
  REQUIRE_FALSE(refused.may_have_been_received());
  REQUIRE(test::holds(refused.detail, "127.0.0.1"));
  REQUIRE(test::holds(refused.detail, "Connection refused"));
}

TEST_CASE("a name nobody knows is a matter of DNS") {
  const auto unknown = failure(to("https://nobody.invalid/"));
  REQUIRE(unknown.phase == FailurePhase::dns);
}

TEST_CASE("a server that takes the request and says nothing is waited for until the time-out") {
  RawServer server([](int socket, int) { RawServer::wait_for_end(socket); });
  ClientRequest request = to(server.url());
  request.total_timeout = milliseconds{300};
  const auto silent = failure(std::move(request));
  REQUIRE(silent.phase == FailurePhase::wait);
  REQUIRE(silent.timed_out);
  REQUIRE(silent.may_have_been_received());
}

TEST_CASE("a server that never shakes hands is a matter of TLS") {
  RawServer server([](int socket, int) { RawServer::wait_for_end(socket); });
  ClientRequest request = to("https://127.0.0.1:" + std::to_string(server.port()) + "/");
  request.connect_timeout = milliseconds{300};
  const auto silent = failure(std::move(request));
  REQUIRE(silent.phase == FailurePhase::tls);
  REQUIRE(silent.timed_out);
  REQUIRE_FALSE(silent.may_have_been_received());
}

TEST_CASE("a server that speaks no TLS is a matter of TLS") {
  RawServer server([](int socket, int) {
    RawServer::write(socket, "HTTP/1.1 400 Bad Request\r\n\r\n");
    RawServer::wait_for_end(socket);
  });
  REQUIRE(failure(to("https://127.0.0.1:" + std::to_string(server.port()) + "/")).phase == FailurePhase::tls);
}

TEST_CASE("a server that never ends its handshake, but keeps talking, is given up") {
  // Each a record full of requests for another handshake, which a client in the midst of one is to ignore.
  constexpr std::size_t kLongestRecord = 16'384;
  const std::string record = std::string("\x16\x03\x03\x40\x00", 5) + std::string(kLongestRecord, '\0');
  std::string requests;
  for (int i = 0; i < 1'000; ++i) requests += record;
  RawServer server([&](int socket, int) {
    while (send(socket, requests.data(), requests.size(), MSG_NOSIGNAL) > 0) {
    }
  });
  const auto given_up = failure(to("https://127.0.0.1:" + std::to_string(server.port()) + "/"));
  REQUIRE(given_up.phase == FailurePhase::tls);
  REQUIRE_FALSE(given_up.timed_out);
}

TEST_CASE("a reset or a closed connection after the request leaves it open whether it was received") {
  for (const bool reset : {true, false}) {
    RawServer server([&](int socket, int) {
      RawServer::read_request(socket);
      if (reset) RawServer::reset(socket);
    });
    const auto cut = failure(to(server.url()));
    REQUIRE(cut.phase == FailurePhase::wait);
    REQUIRE_FALSE(cut.timed_out);
    REQUIRE(server.connections() == 1);
  }
}

TEST_CASE("a request on a kept connection is not sent a second time when no answer comes") {
  std::atomic<int> requests = 0;
  RawServer server([&](int socket, int) {
    while (!RawServer::read_request(socket).empty()) {
      if (++requests % 2 == 0) return;  // taken, and perhaps acted upon, but never answered
      RawServer::write(socket, kSmallAnswer);
    }
  });
  for (const std::string body : {"lead", ""}) {
    requests = 0;
    CurlClient client;
    std::vector<ClientResult> results;
    for (int i = 0; i < 2; ++i) {
      client.send(to(server.url(), body), [&](ClientResult given) { results.push_back(std::move(given)); });
      run_until_done(client);
    }
    REQUIRE(std::get<ClientAnswer>(results.at(0)).status == 200);
    REQUIRE(std::get<ClientFailure>(results.at(1)).phase == FailurePhase::wait);
    REQUIRE(requests == 2);
  }
}

TEST_CASE("a reset in the middle of a large body is a matter of sending") {
  RawServer server([](int socket, int) {
    char some[1000];
    [[maybe_unused]] const auto got = read(socket, some, sizeof some);
    RawServer::reset(socket);
  });
  const auto cut = failure(to(server.url(), std::string(50'000'000, 'x')));
  REQUIRE(cut.phase == FailurePhase::send);
  REQUIRE(cut.may_have_been_received());
}

TEST_CASE("what is no HTTP after the request counts as no answer") {
  RawServer server([](int socket, int) {
    RawServer::read_request(socket);
    RawServer::write(socket, "nonsense nonsense nonsense\r\n\r\n");
  });
  REQUIRE(failure(to(server.url())).phase == FailurePhase::wait);
}

TEST_CASE("an interim answer alone is no answer") {
  RawServer server([](int socket, int) {
    RawServer::read_request(socket);
    RawServer::write(socket, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
  });
  REQUIRE(failure(to(server.url())).phase == FailurePhase::wait);
}

TEST_CASE("an answer whose body is cut off keeps its status") {
  RawServer server([](int socket, int) {
    RawServer::read_request(socket);
    RawServer::write(
        socket,
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 100\r\nX: y\r\n\r\nhalf");
  });
  const auto half = answer(to(server.url()));
  REQUIRE(half.status == 201);
  REQUIRE_FALSE(half.complete);
  REQUIRE(half.body == "half");
  REQUIRE(find_header(half.headers, "X") == "y");
}

TEST_CASE("a status line without its headers is an answer too") {
  RawServer server([](int socket, int) {
    RawServer::read_request(socket);
    RawServer::write(socket, "HTTP/1.1 201 Created\r\nX: y\r\n");
  });
  const auto bare = answer(to(server.url()));
  REQUIRE(bare.status == 201);
  REQUIRE_FALSE(bare.complete);
}

TEST_CASE("an answer that is too long is cut, and not read to its end") {
  RawServer server([](int socket, int) {
    RawServer::read_request(socket);
    RawServer::write(socket, "HTTP/1.1 422 No\r\nContent-Length: 1000000000\r\n\r\n");
    RawServer::write(socket, std::string(50'000'000, 'x'));
  });
  ClientRequest request = to(server.url());
  request.max_answer_bytes = 1000;
  const auto cut = answer(std::move(request));
  REQUIRE(cut.status == 422);
  REQUIRE(cut.body == std::string(1000, 'x'));
  REQUIRE_FALSE(cut.complete);
}

TEST_CASE("endless headers are cut") {
  RawServer server([](int socket, int) {
    RawServer::read_request(socket);
    RawServer::write(socket, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 100; ++i) RawServer::write(socket, "X: " + std::string(10'000, 'x') + "\r\n");
  });
  const auto cut = answer(to(server.url()));
  REQUIRE(cut.status == 200);
  REQUIRE_FALSE(cut.complete);
  REQUIRE(cut.headers.size() < 10);
}

TEST_CASE("a redirect is an answer and is not followed") {
  RawServer target([](int socket, int) { RawServer::write(socket, kSmallAnswer); });
  RawServer server([&](int socket, int) {
    RawServer::read_request(socket);
    RawServer::write(socket,
                     "HTTP/1.1 307 Elsewhere\r\nLocation: " + target.url() + "\r\nContent-Length: 0\r\n\r\n");
  });
  const auto redirect = answer(to(server.url()));
  REQUIRE(redirect.status == 307);
  REQUIRE(find_header(redirect.headers, "Location") == target.url());
  REQUIRE(target.connections() == 0);
}

TEST_CASE("a certificate that is not trusted, or for another name, is refused before anything is sent") {
  const test::TemporaryFolder folder;
  auto options = test::loopback_options();
  test::use_self_signed(options, folder);
  SECTION("not trusted") {
    Served served(options);
    const auto refused = failure(to("https://localhost:" + std::to_string(served.port()) + "/echo"));
    REQUIRE(refused.phase == FailurePhase::certificate);
    REQUIRE(served.calls == 0);
  }
  SECTION("for another name") {
    const auto other = make_self_signed({"crm.example"}, SystemClock().now(), 30);
    test::write_file(options.certificate_file, other.certificate_pem);
    test::write_file(options.private_key_file, other.private_key_pem);
    Served served(options);
    ClientRequest request = to("https://localhost:" + std::to_string(served.port()) + "/echo");
    request.ca_file = options.certificate_file;
    REQUIRE(failure(std::move(request)).phase == FailurePhase::certificate);
  }
  SECTION("expired") {
    const auto old = make_self_signed({"localhost"}, SystemClock().now() - std::chrono::hours{24 * 60}, 30);
    test::write_file(options.certificate_file, old.certificate_pem);
    test::write_file(options.private_key_file, old.private_key_pem);
    Served served(options);
    ClientRequest request = to("https://localhost:" + std::to_string(served.port()) + "/echo");
    request.ca_file = options.certificate_file;
    REQUIRE(failure(std::move(request)).phase == FailurePhase::certificate);
  }
  SECTION("no such bundle") {
    Served served(options);
    ClientRequest request = to("https://localhost:" + std::to_string(served.port()) + "/echo");
    request.ca_file = folder.file("none.pem");
    REQUIRE(failure(std::move(request)).phase == FailurePhase::certificate);
  }
}

TEST_CASE("a Unix socket is sent to by its path") {
  const test::TemporaryFolder folder;
  ServerOptions options;
  options.unix_socket = folder.file("admin.sock");
  Served served(options);
  ClientRequest request = to("http://localhost/echo");
  request.unix_socket = options.unix_socket;
  REQUIRE(answer(std::move(request)).body == "lead");

  ClientRequest nowhere = to("http://localhost/echo");
  nowhere.unix_socket = folder.file("none.sock");
  REQUIRE(failure(std::move(nowhere)).phase == FailurePhase::connect);
}

TEST_CASE("callbacks may send, and what they send is answered") {
  Served served;
  const auto url = "http://127.0.0.1:" + std::to_string(served.port()) + "/echo";
  CurlClient client;
  int answered = 0;
  int begun = 0;
  std::function<void(ClientResult)> next = [&](const ClientResult& result) {
    if (std::holds_alternative<ClientAnswer>(result)) ++answered;
    if (begun == 200) return;
    client.send(to(++begun % 10 == 0 ? "http://not.allowed/" : url), next);
  };
  for (int i = 0; i < 8; ++i) client.send(to(url), next);
  run_until_done(client);
  REQUIRE(begun == 200);
  REQUIRE(answered == 200 - 20 + 8);
}

TEST_CASE("send calls back later, never from inside") {
  CurlClient client;
  bool called = false;
  client.send(to("http://not.allowed/"), [&](const ClientResult&) { called = true; });
  REQUIRE_FALSE(called);
  REQUIRE(client.in_flight() == 1);
  client.run(seconds{3600}, -1);
  REQUIRE(called);
  REQUIRE(client.in_flight() == 0);
}

TEST_CASE("requests that are forgotten are never called back") {
  RawServer server([](int socket, int) { RawServer::wait_for_end(socket); });
  CurlClient client;
  bool called = false;
  const auto done = [&](const ClientResult&) { called = true; };
  client.send(to(server.url()), done);
  client.send(to("http://not.allowed/"), done);
  client.forget_all();
  REQUIRE(client.in_flight() == 0);
  client.run(milliseconds{0}, -1);
  client.send(to(server.url()), done);
  client.run(milliseconds{0}, -1);
  client.forget_all();
  REQUIRE(client.in_flight() == 0);
  client.run(milliseconds{0}, -1);
  REQUIRE_FALSE(called);
}

TEST_CASE("a wake signal ends the waiting") {
  RawServer server([](int socket, int) { RawServer::wait_for_end(socket); });
  CurlClient client;
  WakeSignal wake;
  wake.notify();
  client.run(seconds{3600}, wake.fd());  // would hang otherwise
  ClientRequest request = to(server.url());
  request.total_timeout = seconds{3600};
  client.send(std::move(request), [](const ClientResult&) {});
  // Connecting wakes it a few times first.
  for (int i = 0; i < 10; ++i) client.run(seconds{3600}, wake.fd());
  REQUIRE(client.in_flight() == 1);
}

TEST_CASE("requests to a slow server overlap") {
  Served served;
  const auto url = "http://127.0.0.1:" + std::to_string(served.port()) + "/wait";
  CurlClient client;
  int answered = 0;
  for (int i = 0; i < 20; ++i) client.send(to(url), [&](const ClientResult&) { ++answered; });
  while (served.waiting < 20) client.run(milliseconds{10}, -1);
  REQUIRE(answered == 0);
  served.gate = true;
  served.gate.notify_all();
  run_until_done(client);
  REQUIRE(answered == 20);
}

}  // namespace leadspool::http

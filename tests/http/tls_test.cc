#include <thread>
#include <vector>

#include <openssl/ssl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/curl_client.h"
#include "http/server.h"
#include "served.h"
#include "support/catch.h"
#include "support/raw_client.h"

namespace leadspool::http {
namespace {

using test::holds;
using test::post;
using test::RawClient;
using test::Served;

ServerOptions tls_options(const test::TemporaryFolder& folder) {
  auto options = test::loopback_options();
  test::use_self_signed(options, folder);
  return options;
}

}  // namespace

TEST_CASE("a client that trusts the certificate gets its answer over TLS") {
  const test::TemporaryFolder folder;
  const auto options = tls_options(folder);
  Served served(options);
  for (const std::string host : {"localhost", "127.0.0.1"}) {
    const auto result =
        send_and_wait({.url = "https://" + host + ":" + std::to_string(served.port()) + "/echo",
                       .body = "lead",
                       .ca_file = options.certificate_file});
    const auto& answer = std::get<ClientAnswer>(result);
    REQUIRE(answer.status == 202);
    REQUIRE(answer.body == "lead");
  }
}

TEST_CASE("TLS 1.2 with an AEAD suite and TLS 1.3 are spoken, nothing below") {
  const test::TemporaryFolder folder;
  Served served(tls_options(folder));
  REQUIRE(RawClient::tls(served.port(), {.highest_version = TLS1_3_VERSION}).handshake_done());
  REQUIRE(RawClient::tls(served.port(), {.highest_version = TLS1_2_VERSION}).handshake_done());
  REQUIRE_FALSE(RawClient::tls(served.port(), {.highest_version = TLS1_1_VERSION}).handshake_done());
  REQUIRE_FALSE(RawClient::tls(served.port(), {.highest_version = TLS1_VERSION}).handshake_done());

  const auto with = [&](const std::string& suite) {
    return RawClient::tls(served.port(), {.highest_version = TLS1_2_VERSION, .tls12_ciphers = suite})
        .handshake_done();
  };
  REQUIRE(with("ECDHE-ECDSA-AES128-GCM-SHA256"));
  REQUIRE(with("ECDHE-ECDSA-CHACHA20-POLY1305"));
  REQUIRE_FALSE(with("ECDHE-ECDSA-AES128-SHA256"));
  REQUIRE_FALSE(with("ECDHE-ECDSA-AES256-SHA"));
}

TEST_CASE("many clients at once are answered over kept TLS connections") {
  const test::TemporaryFolder folder;
  Served served(tls_options(folder));
  std::atomic<int> right = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 16; ++i) {
    clients.emplace_back([&, i] {
      auto client = RawClient::tls(served.port());
      for (int n = 0; n < 50; ++n) {
        const std::string body = std::to_string(i) + "/" + std::to_string(n) + std::string(i * 3000, 'x');
        if (client.exchange(post("/echo", body)).body == body) ++right;
      }
    });
  }
  for (auto& client : clients) client.join();
  REQUIRE(right == 16 * 50);
}

TEST_CASE("a large body and a large answer pass through TLS") {
  const test::TemporaryFolder folder;
  auto options = tls_options(folder);
  options.max_body_bytes = 16 * 1024 * 1024;
  Served served(options);
  auto client = RawClient::tls(served.port());
  REQUIRE(client.exchange(post("/echo", std::string(10 * 1024 * 1024, 'x'))).body.size() == 10 * 1024 * 1024);
  REQUIRE(client.exchange("GET /large HTTP/1.1\r\nHost: l\r\n\r\n").body.size() == 5'000'000);
}

TEST_CASE("over TLS too a body over the limit is answered with 413") {
  const test::TemporaryFolder folder;
  Served served(tls_options(folder));
  auto client = RawClient::tls(served.port());
  REQUIRE(client.exchange(post("/echo", std::string(300 * 1024, 'x'))).status == 413);
  REQUIRE(client.is_ended());
}

TEST_CASE("over TLS too connections beyond the limit get 503, and idle ones give way") {
  const test::TemporaryFolder folder;
  auto options = tls_options(folder);
  options.max_connections = 1;
  options.keep_alive = std::chrono::seconds{3600};
  Served served(options);
  auto working = RawClient::tls(served.port());
  working.send(post("/wait", "x"));
  while (served.waiting < 1) std::this_thread::yield();
  auto refused = RawClient::tls(served.port());
  REQUIRE(refused.exchange(post("/echo", "x")).status == 503);

  served.open_gate();
  REQUIRE(working.read_answer().status == 200);
  // `working` idles from now or in a moment; until it does, a new one is told to come again.
  auto status = 503;
  while (status == 503) status = RawClient::tls(served.port()).exchange(post("/echo", "x")).status;
  REQUIRE(status == 202);
  REQUIRE(working.is_ended());
}

TEST_CASE("over TLS too connections that are slow to say what they want give way") {
  const test::TemporaryFolder folder;
  auto options = tls_options(folder);
  options.max_connections = 1;
  options.read_timeout = std::chrono::seconds{3600};
  Served served(options);
  auto slow = RawClient::tls(served.port());
  // Once told to continue, its request has begun.
  REQUIRE(slow.exchange("POST /echo HTTP/1.1\r\nHost: l\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n")
              .status == 100);
  REQUIRE(RawClient::tls(served.port()).exchange(post("/echo", "x")).status == 202);
}

TEST_CASE("a client that speaks plain HTTP to the TLS port is told so") {
  const test::TemporaryFolder folder;
  Served served(tls_options(folder));
  auto client = RawClient::tcp(served.port());
  const auto answer = client.exchange(post("/echo", "x"));
  REQUIRE(answer.status == 400);
  REQUIRE(answer.body.find("https_required") != std::string::npos);
}

TEST_CASE("a certificate that cannot be used is explained to the operator") {
  const test::TemporaryFolder folder;
  const Router router;
  auto options = tls_options(folder);
  const auto explain = [&] {
    try {
      Server(options, router).start();
    } catch (const CertificateError& error) {
      return std::string(error.what());
    }
    return std::string("started");
  };
  REQUIRE(explain() == "started");

  SECTION("missing") {
    options.certificate_file = folder.file("none.pem");
    const auto why = explain();
    REQUIRE(holds(why, "none.pem"));
    REQUIRE(holds(why, "does not exist"));
  }
  SECTION("missing key") {
    options.private_key_file = folder.file("none.pem");
    REQUIRE(holds(explain(), "private key file " + folder.file("none.pem") + " does not exist"));
  }
  SECTION("only one of the two") {
    options.private_key_file = "";
    REQUIRE(holds(explain(), "private key"));
  }
  SECTION("not PEM") {
    test::write_file(options.certificate_file, "hello");
    REQUIRE(holds(explain(), "no certificate in PEM form"));
  }
  SECTION("empty") {
    test::write_file(options.private_key_file, "");
    REQUIRE(holds(explain(), "is empty"));
  }
  SECTION("certificate in place of the key") {
    options.private_key_file = options.certificate_file;
    REQUIRE(holds(explain(), "no private key in PEM form"));
  }
  SECTION("another's key") {
    test::write_file(options.private_key_file,
                     make_self_signed({"localhost"}, SystemClock().now(), 30).private_key_pem);
    REQUIRE(holds(explain(), "does not belong to the certificate"));
  }
  SECTION("expired") {
    const auto old = make_self_signed({"localhost"}, SystemClock().now() - std::chrono::hours{24 * 60}, 30);
    test::write_file(options.certificate_file, old.certificate_pem);
    test::write_file(options.private_key_file, old.private_key_pem);
    REQUIRE(explain() == "started");
  }
}

TEST_CASE("a certificate is swapped under load without a failed handshake") {
  const test::TemporaryFolder folder;
  const test::TemporaryFolder other_folder;
  const auto options = tls_options(folder);
  const auto others = tls_options(other_folder);
  Served served(options);
  auto kept = RawClient::tls(served.port());
  const auto first_certificate = kept.certificate();
  REQUIRE_FALSE(first_certificate.empty());

  std::atomic<bool> enough = false;
  std::atomic<int> failed = 0;
  std::atomic<int> done = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      while (!enough) {
        auto client = RawClient::tls(served.port());
        if (!client.handshake_done() || client.exchange(post("/echo", "x")).status != 202) ++failed;
        ++done;
      }
    });
  }
  for (int swap = 1; swap <= 21; ++swap) {
    served.server().reconfigure(swap % 2 == 1 ? others : options);
    const int before = done;
    while (done < before + 8) std::this_thread::yield();
  }
  const auto shown = RawClient::tls(served.port()).certificate();
  enough = true;
  for (auto& client : clients) client.join();
  REQUIRE(failed == 0);
  REQUIRE_FALSE(shown.empty());
  REQUIRE(shown != first_certificate);
  REQUIRE(kept.exchange(post("/echo", "x")).status == 202);
}

TEST_CASE("a certificate that cannot be used leaves the old one serving, and everything else as it was") {
  const test::TemporaryFolder folder;
  auto options = tls_options(folder);
  Served served(options);
  const auto validity = served.server().certificate().value();
  const auto shown = RawClient::tls(served.port()).certificate();

  const auto another = make_self_signed({"localhost"}, SystemClock().now(), 60);
  SECTION("another's key") { test::write_file(options.private_key_file, another.private_key_pem); }
  SECTION("another's certificate") { test::write_file(options.certificate_file, another.certificate_pem); }
  SECTION("no file") { options.certificate_file = folder.file("none.pem"); }
  SECTION("half a file") {
    test::write_file(options.certificate_file, another.certificate_pem.substr(0, 100));
  }
  options.max_body_bytes = 1;
  REQUIRE_THROWS_AS(served.server().reconfigure(options), CertificateError);

  REQUIRE(served.server().certificate()->until == validity.until);
  auto client = RawClient::tls(served.port());
  REQUIRE(client.handshake_done());
  REQUIRE(client.certificate() == shown);
  REQUIRE(client.exchange(post("/echo", "more")).status == 202);
}

TEST_CASE("a server says how long its certificate is accepted") {
  const test::TemporaryFolder folder;
  const auto options = tls_options(folder);
  Served served(options);
  const auto now = SystemClock().now();
  const auto validity = served.server().certificate();
  REQUIRE(validity);
  REQUIRE(validity->from <= now);
  REQUIRE(validity->until > now + std::chrono::hours{24 * 29});
  REQUIRE(validity->until <= now + std::chrono::hours{24 * 30});

  const auto longer = make_self_signed({"localhost"}, now, 90);
  test::write_file(options.certificate_file, longer.certificate_pem);
  test::write_file(options.private_key_file, longer.private_key_pem);
  served.server().reconfigure(options);
  REQUIRE(served.server().certificate()->until > now + std::chrono::hours{24 * 89});

  REQUIRE_FALSE(Served().server().certificate());
}

}  // namespace leadspool::http

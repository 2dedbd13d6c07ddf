// `leadspool check` finds what is wrong with the certificate and with what stands under the public URL, and
// its mends, followed literally, mend it.
#include <filesystem>
#include <memory>

#include <sys/stat.h>

#include "base/clock.h"
#include "e2e/checked.h"
#include "http/self_signed.h"
#include "support/catch.h"
#include "support/sample_leads.h"

namespace leadspool::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const std::vector<std::string> kOffline{"--offline"};
constexpr std::chrono::days kDay{1};

void put_certificate(const Installation& leadspool, const std::string& name, Time from, int days) {
  const auto made = http::make_self_signed({name}, from, days);
  leadspool.write("certificate.pem", made.certificate_pem);
  leadspool.write("private_key.pem", made.private_key_pem);
}

void set_public_url(const Installation& leadspool, int port) {
  replace_in_config(leadspool, "# public_url = \"https://leads.contoso.com\"",
                    "public_url = \"https://127.0.0.1:" + std::to_string(port) + "\"");
}

void change_public_port(const Installation& leadspool, int from, int to) {
  replace_in_config(leadspool, "public_url = \"https://127.0.0.1:" + std::to_string(from),
                    "public_url = \"https://127.0.0.1:" + std::to_string(to));
}

void openssl(const Installation& leadspool, const std::string& words) {
  const auto ended = run({"/bin/sh", "-c", "cd '" + leadspool.file("") + "' && openssl " + words});
  INFO(words);
  INFO(ended.err);
  REQUIRE(ended.code == 0);
}

// root.pem -> middle.pem -> cert.pem, which is for 127.0.0.1, and fullchain.pem, as an authority gives them.
void make_chain(const Installation& leadspool) {
  leadspool.write("middle.ext", "basicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign\n");
  leadspool.write("leaf.ext", "subjectAltName = IP:127.0.0.1\nextendedKeyUsage = serverAuth\n");
  const std::string key = " -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes ";
  openssl(leadspool, "req -x509" + key + "-keyout root.key -out root.pem -days 30 -subj /CN=Contoso-Root");
  openssl(leadspool, "req" + key + "-keyout middle.key -out middle.csr -subj /CN=Contoso-Middle");
  openssl(
      leadspool,
      "x509 -req -in middle.csr -CA root.pem -CAkey root.key -CAcreateserial -days 30 -extfile middle.ext "
      "-out middle.pem");
  openssl(leadspool, "req" + key + "-keyout leaf.key -out leaf.csr -subj /CN=127.0.0.1");
  openssl(
      leadspool,
      "x509 -req -in leaf.csr -CA middle.pem -CAkey middle.key -CAcreateserial -days 30 -extfile leaf.ext "
      "-out cert.pem");
  leadspool.write("fullchain.pem", leadspool.read("cert.pem") + leadspool.read("middle.pem"));
  leadspool.write("private_key.pem", leadspool.read("leaf.key"));
}

ProcessOptions trusting(const std::string& authority) {
  ProcessOptions options;
  options.environment = {"SSL_CERT_FILE=" + authority};
  return options;
}

}  // namespace

TEST_CASE("doctor: a private key that everybody may read") {
  const Installation leadspool;
  require_found_and_mended(
      leadspool, {.name = "private_key",
                  .level = "warn",
                  .plant = [&] { REQUIRE(chmod(leadspool.file("private_key.pem").c_str(), 0644) == 0); },
                  .follow = [](const std::string& mend) { run_mend(mend); },
                  .words = kOffline});
}

TEST_CASE("doctor: a key that does not fit the certificate") {
  const Installation leadspool;
  const Installation other;
  const auto key = leadspool.read("private_key.pem");
  require_found_and_mended(
      leadspool, {.name = "certificate",
                  .level = "fail",
                  .plant = [&] { leadspool.write("private_key.pem", other.read("private_key.pem")); },
                  .follow =
                      [&](const std::string& mend) {
                        REQUIRE(contains(
                            mend, "the key that it was made with into " + leadspool.file("private_key.pem")));
                        leadspool.write("private_key.pem", key);
                      },
                  .words = kOffline});
}

TEST_CASE("doctor: a certificate out of its time") {
  const Installation leadspool;
  const Time now = SystemClock().now();
  const auto renew = [&](const std::string& mend) {
    REQUIRE(contains(mend, "renew it"));
    put_certificate(leadspool, "127.0.0.1", now - kDay, 90);
  };
  SECTION("expired") {
    require_found_and_mended(leadspool,
                             {.name = "certificate_dates",
                              .level = "fail",
                              .plant = [&] { put_certificate(leadspool, "127.0.0.1", now - 60 * kDay, 30); },
                              .follow = renew,
                              .words = kOffline});
  }
  SECTION("soon") {
    require_found_and_mended(leadspool,
                             {.name = "certificate_dates",
                              .level = "warn",
                              .plant = [&] { put_certificate(leadspool, "127.0.0.1", now - 60 * kDay, 70); },
                              .follow = renew,
                              .words = kOffline});
  }
}

TEST_CASE("doctor: a certificate for another name") {
  const Installation leadspool;
  set_public_url(leadspool, leadspool.port());
  const Time now = SystemClock().now();
  require_found_and_mended(leadspool,
                           {.name = "certificate_name",
                            .level = "fail",
                            .plant = [&] { put_certificate(leadspool, "www.contoso.com", now - kDay, 90); },
                            .follow =
                                [&](const std::string& mend) {
                                  REQUIRE(contains(mend, "put a certificate for 127.0.0.1 into " +
                                                             leadspool.file("certificate.pem")));
                                  put_certificate(leadspool, "127.0.0.1", now - kDay, 90);
                                },
                            .words = kOffline});
}

TEST_CASE("doctor: a chain whose intermediate is missing") {
  const Installation leadspool;
  set_public_url(leadspool, leadspool.port());
  make_chain(leadspool);
  replace_in_config(leadspool, "\"certificate.pem\"", "\"fullchain.pem\"");
  require_found_and_mended(
      leadspool, {.name = "certificate_chain",
                  .level = "fail",
                  .plant = [&] { replace_in_config(leadspool, "\"fullchain.pem\"", "\"cert.pem\""); },
                  .follow =
                      [&](const std::string& mend) {
                        const std::string edit =
                            "set [receiver] certificate = \"" + leadspool.file("fullchain.pem") + "\"";
                        REQUIRE(contains(mend, edit + " in " + leadspool.config()));
                        replace_in_config(leadspool, "certificate = \"cert.pem\"",
                                          "certificate = \"" + leadspool.file("fullchain.pem") + "\"");
                      },
                  .words = kOffline,
                  .options = trusting(leadspool.file("root.pem"))});
  // Without that authority it is one that nobody knows, however complete.
  const auto elsewhere = check(leadspool, kOffline);
  INFO(elsewhere.text());
  const auto told = elsewhere.of("certificate_chain", "warn");
  REQUIRE(told.size() == 1);
  REQUIRE(told[0]["level"] == "warn");
  REQUIRE(contains(told[0]["what"].get<std::string>(),
                   "\"Contoso-Root\", an authority that this system does not know"));
}

TEST_CASE("doctor: the public URL leads to the receiver, as a GET without a key shows") {
  Installation leadspool;
  set_public_url(leadspool, leadspool.port());
  leadspool.simulate_crm();
  leadspool.serve();
  const auto trusted = trusting(leadspool.file("certificate.pem"));
  const auto found = check(leadspool, {}, trusted);
  INFO(found.text());
  REQUIRE(found.of("public_url", "warn").empty());
  REQUIRE(leadspool.ask({"status"})["leads"] == 0);

  const auto untrusting = check(leadspool);
  INFO(untrusting.text());
  const auto told = untrusting.of("public_url", "warn");
  REQUIRE(told.size() == 1);
  REQUIRE(told[0]["level"] == "warn");
  REQUIRE(contains(told[0]["what"].get<std::string>(), "which nobody vouches for"));
}

TEST_CASE("doctor: the public URL leads elsewhere") {
  Installation leadspool;
  set_public_url(leadspool, leadspool.port());
  leadspool.serve();
  const int other = leadspool.port() + 2;
  const auto change_back = [&](const std::string& mend) {
    REQUIRE(contains(mend, "or set [receiver] public_url in " + leadspool.config()));
    change_public_port(leadspool, other, leadspool.port());
  };
  const auto trusted = trusting(leadspool.file("certificate.pem"));
  SECTION("to another program") {
    leadspool.simulate_crm({"--certificate", leadspool.file("certificate.pem"), "--private-key",
                            leadspool.file("private_key.pem")});
    require_found_and_mended(leadspool,
                             {.name = "public_url",
                              .level = "fail",
                              .plant = [&] { change_public_port(leadspool, leadspool.port(), other); },
                              .follow = change_back,
                              .options = trusted});
  }
  SECTION("to nobody") {
    require_found_and_mended(leadspool,
                             {.name = "public_url",
                              .level = "fail",
                              .plant = [&] { change_public_port(leadspool, leadspool.port(), other); },
                              .follow = change_back,
                              .options = trusted});
  }
}

}  // namespace leadspool::test

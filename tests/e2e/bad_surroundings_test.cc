// Whatever is wrong at start is one clear sentence and the right exit code, and nothing is touched.
#include <filesystem>
#include <memory>

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "e2e/installation.h"
#include "http/self_signed.h"
#include "support/catch.h"
#include "support/sample_leads.h"

namespace leadspool::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// One sentence of ours on standard error, that says all of `parts`; log lines beside it are no sentence.
void require_refusal(const Ended& ended, int code, const std::vector<std::string>& parts) {
  INFO(ended.err);
  REQUIRE(ended.code == code);
  REQUIRE(contains(ended.err, "leadspool: "));
  for (const auto& part : parts) {
    INFO(part);
    REQUIRE(contains(ended.err, part));
  }
}

void execute_sql(const std::string& path, const std::string& sql) {
  sqlite3* raw = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &raw) == SQLITE_OK);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> database(raw, sqlite3_close);
  REQUIRE(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
}

void replace_in_config(const Installation& leadspool, const std::string& from, const std::string& to) {
  auto config = leadspool.read("leadspool.toml");
  const auto at = config.find(from);
  REQUIRE(at != std::string::npos);
  leadspool.write("leadspool.toml", config.replace(at, from.size(), to));
}

}  // namespace

TEST_CASE("an unknown key in the configuration is refused with its place and the nearest key") {
  Installation leadspool;
  replace_in_config(leadspool, "certificate =", "certifcate =");
  const auto ended = leadspool.leadspool({"serve"});
  require_refusal(ended, 3, {"leadspool.toml:", "receiver.certifcate", "did you mean `certificate`"});
}

TEST_CASE("without any configuration the sentence tells how to get one") {
  TemporaryFolder empty;
  ProcessOptions options;
  options.folder = empty.path().string();
  if (std::filesystem::exists("/etc/leadspool/leadspool.toml")) return;
  require_refusal(run({LEADSPOOL_BINARY, "status"}, options), 3, {"leadspool init"});
}

TEST_CASE("a certificate that is missing or does not belong to the key is refused") {
  Installation leadspool;
  Installation other;
  SECTION("missing") {
    std::filesystem::remove(leadspool.file("certificate.pem"));
    require_refusal(leadspool.leadspool({"serve"}), 3, {leadspool.file("certificate.pem")});
  }
  SECTION("the key is missing") {
    std::filesystem::remove(leadspool.file("private_key.pem"));
    require_refusal(leadspool.leadspool({"serve"}), 3, {leadspool.file("private_key.pem")});
  }
  SECTION("of another pair") {
    leadspool.write("private_key.pem", other.read("private_key.pem"));
    require_refusal(leadspool.leadspool({"serve"}), 3, {"does not belong"});
  }
  SECTION("not a certificate") {
    leadspool.write("certificate.pem", "nonsense\n");
    require_refusal(leadspool.leadspool({"serve"}), 3, {leadspool.file("certificate.pem")});
  }
  const auto check = leadspool.leadspool({"check"});
  REQUIRE(check.code == 1);
  REQUIRE(contains(check.out, "fail"));
}

TEST_CASE(
    "check tells when the certificate is for another name than the public URL's, or vouched for by nobody") {
  const Installation leadspool;
  const auto made = http::make_self_signed({"leads.contoso.com", "127.0.0.1"}, SystemClock().now(), 90);
  leadspool.write("certificate.pem", made.certificate_pem);
  leadspool.write("private_key.pem", made.private_key_pem);
  const auto config = leadspool.read("leadspool.toml");
  const auto check = [&](const std::string& url) {
    auto changed = config;
    changed.insert(changed.find("[receiver]\n") + 11, "public_url = \"" + url + "\"\n");
    leadspool.write("leadspool.toml", changed);
    return leadspool.leadspool({"check", "--offline"});
  };
  for (const auto* url :
       {"https://leads.contoso.com", "https://leads.contoso.com:8443/in", "https://127.0.0.1"}) {
    const auto good = check(url);
    INFO(good.out);
    REQUIRE(good.code == 0);
    REQUIRE(contains(good.out, "signed by itself"));
  }
  for (const auto* url : {"https://www.contoso.com", "https://contoso.com:8443", "https://[::1]"}) {
    const auto bad = check(url);
    INFO(bad.out);
    REQUIRE(bad.code == 1);
    REQUIRE(contains(bad.out, "is not for"));
  }
}

TEST_CASE("check tells when the certificate ends, and fails once it has") {
  const std::chrono::days day{1};
  struct Row {
    Time from;
    int days;
    int code;
    const char* finding;
  };
  const Time now = SystemClock().now();
  for (const auto& row : {Row{now - day, 90, 0, "is valid until"}, Row{now - day, 10, 0, "warn  certificate"},
                          Row{now - 60 * day, 30, 1, "expired on"}, Row{now + day, 30, 1, "is valid from"}}) {
    const Installation leadspool;
    const auto made = http::make_self_signed({"127.0.0.1"}, row.from, row.days);
    leadspool.write("certificate.pem", made.certificate_pem);
    leadspool.write("private_key.pem", made.private_key_pem);
    const auto check = leadspool.leadspool({"check", "--offline"});
    INFO(check.out);
    REQUIRE(check.code == row.code);
    REQUIRE(contains(check.out, row.finding));
  }
}

TEST_CASE("a port in use is refused, and no CRM was called before") {
  Installation first;
  Installation second;
  first.serve();
  replace_in_config(second, std::to_string(second.port()), std::to_string(first.port()));
  require_refusal(second.leadspool({"serve"}), 1, {"127.0.0.1", std::to_string(first.port())});
  const auto check = second.leadspool({"check"});
  REQUIRE(check.code == 1);
  REQUIRE(contains(check.out, std::to_string(first.port())));
}

TEST_CASE("a store that another service works on is refused, and that one goes on") {
  Installation leadspool;
  leadspool.serve();
  require_refusal(leadspool.leadspool({"serve"}), 1,
                  {"in use by another Leadspool process", std::to_string(leadspool.service().pid())});
  // Where there is nothing to do, nothing stands in the way.
  REQUIRE(leadspool.leadspool({"migrate"}).code == 0);
  REQUIRE(leadspool.accept(sample_lead_body("official.json"))["status"] == "accepted");
}

TEST_CASE("a store of a newer program is refused and left as it was") {
  Installation leadspool;
  REQUIRE(leadspool.leadspool({"migrate"}).code == 0);
  execute_sql(leadspool.file("leadspool.db"), "PRAGMA user_version = 999");
  const auto before = leadspool.read("leadspool.db");
  for (const auto* command : {"serve", "migrate", "status"}) {
    INFO(command);
    require_refusal(leadspool.leadspool({command}), 1, {"999", "newer"});
  }
  REQUIRE(leadspool.read("leadspool.db") == before);
  REQUIRE(leadspool.leadspool({"check"}).code == 1);
}

TEST_CASE("a file that is not a store is refused and left as it was") {
  Installation leadspool;
  SECTION("another program's SQLite file") {
    execute_sql(leadspool.file("leadspool.db"), "CREATE TABLE theirs (a)");
    require_refusal(leadspool.leadspool({"serve"}), 1, {"not a Leadspool store"});
  }
  SECTION("not SQLite at all") {
    leadspool.write("leadspool.db", "Dear diary, today I met a database.\n");
    require_refusal(leadspool.leadspool({"serve"}), 1, {"leadspool.db"});
    REQUIRE(leadspool.read("leadspool.db") == "Dear diary, today I met a database.\n");
  }
}

TEST_CASE("a store's folder that is absent or may not be written to is refused") {
  Installation leadspool;
  SECTION("absent") {
    replace_in_config(leadspool, "path = \"leadspool.db\"", "path = \"absent/leadspool.db\"");
    require_refusal(leadspool.leadspool({"serve"}), 1, {"absent", "check that the store's folder exists"});
    REQUIRE(contains(leadspool.leadspool({"check"}).out, "does not exist"));
  }
  SECTION("read-only") {
    // Root may write everywhere, so the service becomes somebody else, with a copy of the program within
    // reach.
    const uid_t nobody = geteuid() == 0 ? 65'534 : 0;
    std::filesystem::copy_file(LEADSPOOL_BINARY, leadspool.file("leadspool"));
    for (const auto* name : {"leadspool.toml", "certificate.pem", "private_key.pem"}) {
      REQUIRE(chmod(leadspool.file(name).c_str(), 0644) == 0);
    }
    REQUIRE(chmod(leadspool.file("").c_str(), 0555) == 0);
    ProcessOptions options;
    options.user = nobody;
    const auto ended = run({leadspool.file("leadspool"), "serve", "--config", leadspool.config()}, options);
    const auto check = run({leadspool.file("leadspool"), "check", "--config", leadspool.config()}, options);
    REQUIRE(chmod(leadspool.file("").c_str(), 0700) == 0);
    require_refusal(ended, 1, {"Permission denied", "this user may write there"});
    REQUIRE(check.code == 1);
    REQUIRE(contains(check.out, "may not write"));
  }
}

TEST_CASE("check finds nothing to mend in a fresh installation, running or not") {
  Installation leadspool;
  leadspool.simulate_crm();
  REQUIRE(leadspool.leadspool({"check"}).code == 0);
  REQUIRE_FALSE(std::filesystem::exists(leadspool.file("leadspool.db")));
  leadspool.serve();
  const auto findings = leadspool.ask({"check"})["findings"];
  REQUIRE(contains(findings.dump(), "the service runs"));
}

}  // namespace leadspool::test

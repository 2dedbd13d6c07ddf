// What a running service takes on of a new configuration, and how it notices new files.
#include "app/config_change.h"

#include <filesystem>
#include <fstream>

#include "app/file_watch.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

namespace leadspool::app {
namespace {

Config with_tls() {
  Config config;
  config.store.path = "leads.db";
  config.receiver.certificate = "c.pem";
  config.receiver.private_key = "k.pem";
  return config;
}

}  // namespace

TEST_CASE("what a running service cannot change stays, and is named by its key") {
  const Config started = with_tls();
  Config next = started;
  next.store.path = "other.db";
  next.receiver.listen.port = 1;
  next.admin.listen.port = 2;
  next.log.format = LogFormat::json;
  const auto [in_force, restart_needed] = take_on(started, next);
  REQUIRE(restart_needed ==
          std::vector<std::string>{"store.path", "receiver.listen", "admin.listen", "log.format"});
  REQUIRE(in_force.store.path == started.store.path);
  REQUIRE(in_force.receiver.listen == started.receiver.listen);
  REQUIRE(in_force.admin.listen == started.admin.listen);
  REQUIRE(in_force.log.format == started.log.format);
}

TEST_CASE("everything else takes effect at once") {
  const Config started = with_tls();
  Config next = started;
  next.receiver.certificate = "other.pem";
  next.receiver.max_body_kib = 1;
  next.log.level = LogLevel::debug;
  next.store.minimum_free_mib = 1;
  const auto [in_force, restart_needed] = take_on(started, next);
  REQUIRE(restart_needed.empty());
  REQUIRE(in_force.receiver.certificate == "other.pem");
  REQUIRE(in_force.receiver.max_body_kib == 1);
  REQUIRE(in_force.log.level == LogLevel::debug);
  REQUIRE(in_force.store.minimum_free_mib == 1);
}

TEST_CASE("a listener never falls back from TLS to plain HTTP, nor the other way, without a restart") {
  Config plain = with_tls();
  plain.receiver.certificate.clear();
  plain.receiver.private_key.clear();
  const auto to_plain = take_on(with_tls(), plain);
  REQUIRE(to_plain.restart_needed == std::vector<std::string>{"receiver.certificate"});
  REQUIRE(to_plain.in_force.receiver.private_key == "k.pem");
  const auto to_tls = take_on(plain, with_tls());
  REQUIRE(to_tls.restart_needed == std::vector<std::string>{"receiver.certificate"});
  REQUIRE(to_tls.in_force.receiver.private_key.empty());
}

TEST_CASE(
    "a file that is replaced, rewritten, removed, linked elsewhere or given other rights has changed, once") {
  const test::TemporaryFolder folder;
  const auto path = folder.file("live.pem");
  std::ofstream(folder.file("1.pem")) << "one";
  std::ofstream(folder.file("2.pem")) << "two";
  std::filesystem::create_symlink(folder.file("1.pem"), path);
  FileWatch watch({path});
  REQUIRE_FALSE(watch.changed());
  const auto changed_once = [&] { return watch.changed() && !watch.changed(); };

  std::filesystem::remove(path);
  std::filesystem::create_symlink(folder.file("2.pem"), path);
  REQUIRE(changed_once());
  std::filesystem::rename(folder.file("1.pem"), folder.file("2.pem"));
  REQUIRE(changed_once());
  std::ofstream(path, std::ios::app) << "more";
  REQUIRE(changed_once());
  std::filesystem::permissions(path, std::filesystem::perms::owner_read);
  REQUIRE(changed_once());
  std::filesystem::remove(path);
  REQUIRE(changed_once());
}

}  // namespace leadspool::app

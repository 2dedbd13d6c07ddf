// Credentials: read again when they were refused, and never waited for.
#include "app/config_secret.h"

#include <filesystem>
#include <fstream>

#include <sys/stat.h>

#include "app/smallest_destinations.h"
#include "support/catch.h"

namespace leadspool::app {

using test::changed;
using test::ConfigFile;

TEST_CASE("a credential is read again from its file, unless what stands there is none") {
  ConfigFile file;
  const auto path = file.path("secret");
  const auto write = [&](const std::string& text) {
    std::filesystem::remove(path);
    std::ofstream(path) << text;
  };
  write("first\n");
  ConfigFindings findings{"f", {}, {}};
  const TomlTable table{{"key", {}, {{}, TomlTable{{"file", {}, {{}, path}}}}}};
  ConfigSection section(table, {}, "", findings);
  auto secret = read_live_secret(section, "key", {});
  REQUIRE(findings.errors.empty());
  REQUIRE(secret.get().reveal() == "first");
  REQUIRE_FALSE(secret.read_again());
  write("second");
  REQUIRE(secret.read_again());
  REQUIRE(secret.get().reveal() == "second");
  for (const auto& unusable : {std::string(), std::string("\n"), std::string("two\nlines"),
                               std::string("nul\0", 4), std::string(70'000, 'x')}) {
    write(unusable);
    REQUIRE_FALSE(secret.read_again());
  }
  std::filesystem::remove(path);
  REQUIRE_FALSE(secret.read_again());
  std::filesystem::create_directory(path);
  REQUIRE_FALSE(secret.read_again());
  std::filesystem::remove(path);
  // Nobody ever writes to this pipe: were it waited for, this test would not end.
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  REQUIRE_FALSE(secret.read_again());
  REQUIRE(secret.get().reveal() == "second");
}

TEST_CASE("a credential is one line without control characters, and no longer than any credential is") {
  ConfigFile file;
  for (const auto& wrong : {std::string("a\nb"), std::string("a\x01"), std::string(70'000, 'x')}) {
    std::ofstream(file.path("secret")) << wrong;
    REQUIRE(chmod(file.path("secret").c_str(), 0600) == 0);
    const auto error = file.error(changed("hubspot", "token", "token = { file = \"secret\" }\n"));
    REQUIRE(error.key == "destination.token");
    REQUIRE(error.message.size() < 300);
  }
}

TEST_CASE("a pipe or a device is no secret's file, and is not waited for") {
  ConfigFile file;
  REQUIRE(mkfifo(file.path("pipe").c_str(), 0600) == 0);
  for (const auto& path : {file.path("pipe"), std::string("/dev/zero")}) {
    const auto error = file.error(changed("hubspot", "token", "token = { file = \"" + path + "\" }\n"));
    REQUIRE(error.key == "destination.token");
    REQUIRE(error.message.find("no pipe") != std::string::npos);
  }
}

}  // namespace leadspool::app

// Credentials: read again when they were refused, and never waited for.
#include "app/config_secret.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <stdlib.h>
#include <sys/stat.h>

#include "app/smallest_destinations.h"
#include "support/catch.h"

namespace leadspool::app {

using test::changed;
using test::ConfigFile;
using test::contains;

TEST_CASE("a credential is read again from its file, unless what stands there is none") {
  ConfigFile file;
  const auto path = file.path("secret");
  const auto write = [&](const std::string& text) {
    std::filesystem::remove(path);
    std::ofstream(path) << text;
  };
  write("first\n");
  ConfigFindings findings{"f", {}, {}, {}};
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

TEST_CASE("a credential of the service manager is one of its folder's files") {
  ConfigFile file;
  const std::string token = "token = { credential = \"crm-token\" }\n";
  setenv("CREDENTIALS_DIRECTORY", file.path("").c_str(), 1);
  const auto missing = file.error(changed("hubspot", "token", token));
  REQUIRE(missing.key == "destination.token");
  REQUIRE(contains(missing.message, "LoadCredential=crm-token:"));
  REQUIRE(contains(missing.message, file.path("")));

  std::ofstream(file.path("crm-token")) << "first\n";
  REQUIRE(chmod(file.path("crm-token").c_str(), 0400) == 0);
  const auto config = file.good(changed("hubspot", "token", token));
  const auto request = test::first_request(config.destinations.front());
  const auto sent = std::any_of(request.headers.begin(), request.headers.end(),
                                [](const auto& header) { return contains(header.value, "first"); });
  REQUIRE(sent);

  // Without the variable it is looked for where the installed service has its own.
  unsetenv("CREDENTIALS_DIRECTORY");
  const auto elsewhere = file.error(changed("hubspot", "token", token));
  REQUIRE(contains(elsewhere.message, "/run/credentials/leadspool.service"));
}

TEST_CASE("a credential's name is no path") {
  ConfigFile file;
  for (const std::string name : {"../secret", "/etc/shadow", "..", "."}) {
    const auto error = file.error(changed("hubspot", "token", "token = { credential = \"" + name + "\" }\n"));
    REQUIRE(error.key == "destination.token");
    REQUIRE(contains(error.message, "no slash"));
  }
}

}  // namespace leadspool::app

// `leadspool init` on a machine where a package has put its configuration, which says that nothing is set up
// yet.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include "support/catch.h"
#include "support/process.h"
#include "support/temporary_folder.h"

namespace leadspool::test {
namespace {

const std::string kPublicUrl = "https://leads.contoso.com";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A folder as the packages leave it.
class PackagedFolder {
 public:
  PackagedFolder() { write(read(LEADSPOOL_SOURCE_DIR "/config/package/leadspool.toml")); }

  [[nodiscard]] std::string path() const { return folder_.path().string(); }
  [[nodiscard]] std::string file(const std::string& name) const { return folder_.file(name); }
  [[nodiscard]] std::string config() const { return read(file("leadspool.toml")); }
  void write(const std::string& text) const {
    std::ofstream(file("leadspool.toml"), std::ios::binary) << text;
  }

  [[nodiscard]] Ended init() const {
    return run({LEADSPOOL_BINARY, "init", path(), "--public-url", kPublicUrl});
  }

  [[nodiscard]] std::ptrdiff_t count_files() const {
    return std::distance(std::filesystem::directory_iterator(folder_.path()),
                         std::filesystem::directory_iterator());
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("the packaged configuration says what to do, whichever command meets it") {
  const PackagedFolder folder;
  REQUIRE_FALSE(folder.config().empty());
  for (const auto* command : {"serve", "check", "status"}) {
    INFO(command);
    const auto ended = run({LEADSPOOL_BINARY, command, "--config", folder.file("leadspool.toml")});
    REQUIRE(ended.code == 3);
    REQUIRE(contains(ended.err, "not set up yet"));
    REQUIRE(
        contains(ended.err, "`sudo leadspool init " + folder.path() + " --public-url " + kPublicUrl + "`"));
  }
}

TEST_CASE("init replaces the packaged configuration by one for the places of an installed service") {
  const PackagedFolder folder;
  const auto made = folder.init();
  INFO(made.err);
  REQUIRE(made.code == 0);
  REQUIRE(contains(made.out, "sudo systemctl enable --now leadspool.socket leadspool"));
  for (const std::string line :
       {"path = \"/var/lib/leadspool/leadspool.db\"", "folder = \"/var/lib/leadspool/backups\"",
        "listen = \"0.0.0.0:443\"", "listen = \"127.0.0.1:8444\"",
        "public_url = \"https://leads.contoso.com\""}) {
    INFO(line);
    REQUIRE(contains(folder.config(), line + "\n"));
  }
  REQUIRE(read(folder.file("lead_url.txt")).starts_with(kPublicUrl + "/leads/marketplace?key="));
  REQUIRE(folder.count_files() == 5);
}

TEST_CASE("a packaged configuration that somebody has changed is somebody's own") {
  const PackagedFolder folder;
  const auto changed = folder.config() + "\n  [[source]]\nname = \"marketplace\"\n";
  folder.write(changed);
  const auto refused = folder.init();
  REQUIRE(refused.code == 1);
  REQUIRE(contains(refused.err, "exists already"));
  REQUIRE(folder.config() == changed);
  REQUIRE(folder.count_files() == 1);
}

TEST_CASE("init makes nothing where a file that it makes exists") {
  const PackagedFolder folder;
  const auto packaged = folder.config();
  std::ofstream(folder.file("admin_token.txt")) << "somebody's\n";
  const auto refused = folder.init();
  REQUIRE(refused.code == 1);
  REQUIRE(contains(refused.err, "admin_token.txt exists already"));
  REQUIRE(folder.config() == packaged);
  REQUIRE(read(folder.file("admin_token.txt")) == "somebody's\n");
  REQUIRE(folder.count_files() == 2);
}

TEST_CASE("an installed service needs the name under which the marketplace reaches it") {
  const PackagedFolder folder;
  const auto refused = run({LEADSPOOL_BINARY, "init", folder.path()});
  REQUIRE(refused.code == 2);
  REQUIRE(contains(refused.err, "--public-url"));
  REQUIRE(folder.count_files() == 1);
}

TEST_CASE("what root makes can be read by the service, as far as the service needs it") {
  constexpr gid_t kServiceGroup = 47'110;
  if (geteuid() != 0) return;  // nobody else may give a file to a group
  const PackagedFolder folder;
  REQUIRE(chown(folder.path().c_str(), 0, kServiceGroup) == 0);
  REQUIRE(folder.init().code == 0);
  for (const auto* name :
       {"leadspool.toml", "certificate.pem", "private_key.pem", "lead_url.txt", "admin_token.txt"}) {
    INFO(name);
    struct stat status{};
    REQUIRE(stat(folder.file(name).c_str(), &status) == 0);
    const bool for_service = !contains(name, ".txt");
    REQUIRE((status.st_mode & 07777) == (for_service ? 0640U : 0600U));
    REQUIRE(status.st_gid == (for_service ? kServiceGroup : 0));
  }
}

}  // namespace leadspool::test

// The units of systemd: that it understands them, and what it says of how far the service is shut in.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include "support/catch.h"
#include "support/process.h"
#include "support/temporary_folder.h"

namespace leadspool::test {
namespace {

constexpr const char* kAnalyze = "/usr/bin/systemd-analyze";
constexpr const char* kUnits = LEADSPOOL_SOURCE_DIR "/config/systemd/";

bool is_there() {
  if (std::filesystem::exists(kAnalyze)) return true;
  WARN("not looked at: there is no systemd-analyze");
  return false;
}

// A unit of ours, with the program that was built for the one that is to be installed.
void copy_unit(const std::string& name, const TemporaryFolder& folder) {
  std::ifstream unit(kUnits + name);
  const std::string text{std::istreambuf_iterator<char>(unit), {}};
  REQUIRE_FALSE(text.empty());
  std::ofstream(folder.file(name)) << std::regex_replace(text, std::regex("/usr/bin/leadspool"),
                                                         LEADSPOOL_BINARY);
}

}  // namespace

TEST_CASE("systemd finds nothing to complain of in the units") {
  if (!is_there()) return;
  const TemporaryFolder folder;
  for (const std::string name : {"leadspool.service", "leadspool.socket"}) copy_unit(name, folder);
  for (const std::string name : {"leadspool.service", "leadspool.socket"}) {
    const auto ended = run({kAnalyze, "verify", "--man=no", folder.file(name)});
    INFO(ended.err);
    REQUIRE(ended.code == 0);
    // Of others' units it may have something to say.
    REQUIRE(ended.err.find("leadspool") == std::string::npos);
  }
}

TEST_CASE("the service's exposure is below 2.0, by systemd's own measure") {
  if (!is_there()) return;
  const auto ended =
      run({kAnalyze, "security", "--offline=true", "--no-pager", std::string(kUnits) + "leadspool.service"});
  INFO(ended.out << ended.err);
  std::smatch found;
  REQUIRE(std::regex_search(ended.out, found, std::regex("level for leadspool.service: ([0-9.]+)")));
  REQUIRE(std::stod(found[1]) < 2.0);
}

}  // namespace leadspool::test

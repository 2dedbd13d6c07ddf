#include "e2e/checked.h"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "support/catch.h"

namespace leadspool::test {

std::vector<Json> Findings::of(const std::string& name, const std::string& level) const {
  std::vector<Json> found;
  std::copy_if(all.begin(), all.end(), std::back_inserter(found), [&](const Json& each) {
    return each["name"] == name && (each["level"] == level || each["level"] == "fail");
  });
  return found;
}

std::string Findings::text() const {
  std::string text = "exit code " + std::to_string(code) + "\n";
  for (const auto& each : all) text += each.dump() + "\n";
  return text;
}

Findings check(const Installation& leadspool, const std::vector<std::string>& more_words,
               ProcessOptions options) {
  std::vector<std::string> words{"check", "--json"};
  words.insert(words.end(), more_words.begin(), more_words.end());
  const auto ended = leadspool.leadspool(words, std::move(options));
  INFO(ended.err);
  REQUIRE_FALSE(ended.out.empty());
  return {ended.code, Json::parse(ended.out)["findings"].get<std::vector<Json>>()};
}

void require_found_and_mended(const Installation& leadspool, const Planted& fault) {
  INFO(fault.name);
  const auto look = [&] { return check(leadspool, fault.words, fault.options); };
  {
    const auto before = look();
    INFO(before.text());
    REQUIRE(before.of(fault.name, fault.level).empty());
  }
  fault.plant();
  std::string mend;
  {
    const auto found = look();
    INFO(found.text());
    const auto findings = found.of(fault.name, fault.level);
    REQUIRE_FALSE(findings.empty());
    REQUIRE(findings.front()["level"] == fault.level);
    REQUIRE((fault.level == "warn" || found.code != 0));
    mend = findings.front()["mend"].get<std::string>();
    REQUIRE_FALSE(mend.empty());
  }
  INFO(mend);
  fault.follow(mend);
  const auto after = look();
  INFO(after.text());
  REQUIRE(after.of(fault.name, fault.level).empty());
}

void run_mend(const std::string& command) {
  const auto folder = std::filesystem::path(LEADSPOOL_BINARY).parent_path().string();
  const auto ended = run({"/bin/sh", "-c", "PATH=" + folder + ":$PATH; " + command});
  INFO(command);
  INFO(ended.out + ended.err);
  REQUIRE(ended.code == 0);
}

std::string first_command(const std::string& mend) {
  return mend.substr(0, std::min(mend.find(", "), mend.find("; ")));
}

void replace_in_config(const Installation& leadspool, const std::string& from, const std::string& to) {
  auto config = leadspool.read("leadspool.toml");
  const auto at = config.find(from);
  REQUIRE(at != std::string::npos);
  leadspool.write("leadspool.toml", config.replace(at, from.size(), to));
}

}  // namespace leadspool::test

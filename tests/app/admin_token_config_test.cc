// The tables [[admin.token]]: who may call the admin API.
#include <string>

#include "app/config_file.h"
#include "support/catch.h"

namespace leadspool::app {

using test::ConfigFile;
using test::contains;
using test::kSource;

namespace {

const std::string kHash(64, '1');
const std::string kOtherHash(64, '2');

std::string token(const std::string& name, const std::string& hash, const std::string& more = "") {
  return "[[admin.token]]\nname = \"" + name + "\"\nsha256 = \"" + hash + "\"\n" + more;
}

}  // namespace

TEST_CASE("tokens have the names and roles that the configuration gives, beside the one without a name") {
  ConfigFile file;
  const auto config =
      file.good(test::kReceiver + "[admin]\ntoken_sha256 = \"" + std::string(64, '0') + "\"\n" +
                token("anna", kHash) + token("grafana", kOtherHash, "role = \"read\"\n") + kSource);
  const auto& tokens = config.admin.tokens;
  REQUIRE(tokens.size() == 3);
  REQUIRE(tokens[0].name == "api");
  REQUIRE(tokens[0].role == admin::Role::operate);
  REQUIRE(tokens[1].name == "anna");
  REQUIRE(tokens[1].role == admin::Role::operate);
  REQUIRE(tokens[1].sha256.front() == 0x11);
  REQUIRE(tokens[2].name == "grafana");
  REQUIRE(tokens[2].role == admin::Role::read);
}

TEST_CASE("a token's mistakes are told with their place") {
  struct {
    std::string tokens;
    int line;
    std::string key;
    std::string message;
  } const cases[] = {
      {token("anna", kHash) + token("anna", kOtherHash), 5, "admin.token.name",
       "is taken by another one above"},
      {token("anna", kHash) + token("bert", kHash), 6, "admin.token.sha256", "that of the token `anna`"},
      {token("api", kHash), 2, "admin.token.name", "it stands for token_sha256"},
      {token("cli", kHash), 2, "admin.token.name", "it stands for commands on this machine"},
      {token("Anna", kHash), 2, "admin.token.name", "small letters"},
      {token("anna", "secret"), 3, "admin.token.sha256", "64 hexadecimal digits"},
      {"[[admin.token]]\nname = \"anna\"\n", 1, "admin.token.sha256", "leadspool token NAME"},
      {"[[admin.token]]\nsha256 = \"" + kHash + "\"\n", 1, "admin.token.name", "missing"},
      {token("anna", kHash, "role = \"root\"\n"), 4, "admin.token.role", "must be `read` or `operate`"},
      {token("anna", kHash, "rolle = \"read\"\n"), 4, "admin.token.rolle", "did you mean `role`?"},
      {"[admin.token]\nname = \"anna\"\n", 1, "admin.token", "[[admin.token]]"}};
  for (const auto& each : cases) {
    ConfigFile file;
    const auto error = file.error(each.tokens + test::kReceiver + kSource);
    INFO(each.tokens << " -> " << to_string(error));
    REQUIRE(error.line == each.line);
    REQUIRE(error.key == each.key);
    REQUIRE(contains(error.message, each.message));
  }
}

}  // namespace leadspool::app

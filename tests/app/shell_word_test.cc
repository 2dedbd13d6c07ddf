#include "app/shell_word.h"

#include <string>

#include "support/catch.h"
#include "support/process.h"

namespace leadspool::app {

TEST_CASE("a path that needs no quotes has none") {
  REQUIRE(shell_word("/etc/leadspool/key-2.pem") == "/etc/leadspool/key-2.pem");
}

TEST_CASE("a shell takes whatever was quoted for one word") {
  for (const std::string text : {"", "a b", "it's", "$HOME; rm x", "*", "`id`", "\"", "a\\b"}) {
    INFO(text);
    const auto said = test::run({"/bin/sh", "-c", "printf '<%s>' " + shell_word(text)});
    REQUIRE(said.out == "<" + text + ">");
  }
}

}  // namespace leadspool::app

#include "app/token_command.h"

#include <algorithm>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/source_key.h"
#include "base/random.h"

namespace leadspool::app {
namespace {

int make_token(const Config& config, const std::string& name, bool read_only, bool json) {
  const auto& tokens = config.admin.tokens;
  if (std::any_of(tokens.begin(), tokens.end(), [&](const auto& each) { return each.name == name; })) {
    complain("there is a token `" + name + "` in " + config.file +
             "; give this one another name, and take that one out when nobody needs it any more");
    return kFailed;
  }
  SystemRandom random;
  const Secret token = make_key(random);
  const std::string role = read_only ? "read" : "operate";
  if (json) {
    print(nlohmann::ordered_json{
              {"name", name}, {"role", role}, {"token", token.reveal()}, {"sha256", key_hash(token)}}
              .dump() +
          "\n");
    return kDone;
  }
  print("The token, which is shown only now:\n  " + token.reveal() + "\n\nAdd this to " + config.file +
        " and run `leadspool reload`:\n  [[admin.token]]\n  name = \"" + name + "\"\n  sha256 = \"" +
        key_hash(token) + "\"\n  role = \"" + role + "\"\n");
  return kDone;
}

}  // namespace

void add_token_command(CommandLine& line) {
  auto& command = line.add("token",
                           "Makes a new token for the admin API and its page, and the lines for the "
                           "configuration; what is done with it is recorded under its name.",
                           "  leadspool token anna\n"
                           "  leadspool token grafana --read-only");
  line.add_config_option(command);
  line.add_json_option(command);
  const auto name = std::make_shared<std::string>();
  const auto read_only = std::make_shared<bool>(false);
  command.add_option("NAME", *name, "Whom or what it is for")->required()->check(why_no_name);
  command.add_flag("--read-only", *read_only, "It may look at everything, and change nothing");
  line.on_call(command, [&line, name, read_only] {
    return line.with_config(Secrets::leave, [&](const Config& config) {
      return make_token(config, *name, *read_only, line.json());
    });
  });
}

}  // namespace leadspool::app

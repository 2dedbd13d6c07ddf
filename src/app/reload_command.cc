#include "app/reload_command.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/text_table.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

std::string reloaded_text(const std::string& body) {
  const auto answer = Json::parse(body);
  std::string text = "The new configuration is in force.\n";
  for (const auto& key : answer["restart_needed"]) {
    text += "Restart the service for this to take effect: " + printable(key.get<std::string>()) + "\n";
  }
  for (const auto& warning : answer["warnings"]) {
    text += "Warning: " + printable(warning.get<std::string>()) + "\n";
  }
  return text;
}

// A refused configuration: each mistake on a line, as `check` shows it.
int refused(const CommandLine& line, const AdminReply& reply, const Json& errors) {
  if (line.json()) {
    print(reply.body + "\n");
  } else {
    for (const auto& error : errors) complain(error.get<std::string>());
    complain("the service goes on with the configuration it has");
  }
  return kBadConfig;
}

int reload(const CommandLine& line) {
  return line.ask_service(
      {.method = "POST", .path = {"reload"}, .query = {}, .body = {}}, [&](const AdminReply& reply) -> int {
        const auto answer = Json::parse(reply.body, nullptr, false);
        if (answer.is_object() && answer.contains("errors")) {
          return refused(line, reply, answer["errors"]);
        }
        return line.report(reply, [](const std::string& body) { print(reloaded_text(body)); });
      });
}

}  // namespace

void add_reload_command(CommandLine& line) {
  auto& command = line.add("reload",
                           "Makes the running service read its configuration again, without dropping a "
                           "request. So does SIGHUP.",
                           "  leadspool reload --config /etc/leadspool/leadspool.toml");
  line.add_config_option(command);
  line.add_json_option(command);
  line.on_call(command, [&line] { return reload(line); });
}

}  // namespace leadspool::app

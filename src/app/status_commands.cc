#include "app/status_commands.h"

#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/dead_letter_page.h"
#include "app/status_page.h"
#include "app/terminal.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::json;

int status_command(const CommandLine& line, bool fail_if_dead) {
  return line.ask(
      {.method = "GET", .path = {"status"}, .query = {}, .body = {}}, [&](const AdminReply& reply) -> int {
        const int code =
            line.report(reply, [](const std::string& body) { print(status_text(body, output_width())); });
        if (code != kDone || !fail_if_dead) return code;
        return Json::parse(reply.body)["deliveries"]["dead"].get<std::int64_t>() > 0 ? kFailed : kDone;
      });
}

}  // namespace

void add_status_commands(CommandLine& line) {
  auto& status = line.add("status", "Shows how things stand: leads, destinations, what waits.",
                          "  leadspool status\n"
                          "  leadspool status --fail-if-dead || mail -s 'dead letters' sales-it@contoso.com");
  line.add_config_option(status);
  line.add_json_option(status);
  const auto fail_if_dead = std::make_shared<bool>(false);
  status.add_flag("--fail-if-dead", *fail_if_dead, "Exit with 1 when there is any dead letter");
  line.on_call(status, [&line, fail_if_dead] { return status_command(line, *fail_if_dead); });

  auto& dead = line.add(
      "dead", "Shows the dead letters by why they died, and the command that tries each group again.",
      "  leadspool dead\n  leadspool dead --json | jq '.groups[].cause'");
  line.add_config_option(dead);
  line.add_json_option(dead);
  line.on_call(dead, [&line] {
    return line.call({.method = "GET", .path = {"dead-letters"}, .query = {}, .body = {}},
                     [](const std::string& body) { print(dead_letters_text(body, output_width())); });
  });
}

}  // namespace leadspool::app

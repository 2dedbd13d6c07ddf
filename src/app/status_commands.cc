#include "app/status_commands.h"

#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/text_table.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

std::string text_or_dash(const Json& value) {
  return value.is_null() ? "-" : value.is_string() ? value.get<std::string>() : value.dump();
}

std::string span(std::int64_t seconds) {
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 7'200) return std::to_string(seconds / 60) + " min";
  if (seconds < 172'800) return std::to_string(seconds / 3'600) + " h";
  return std::to_string(seconds / 86'400) + " days";
}

void show_status(const Json& status) {
  const bool running = status["running"].get<bool>();
  const auto& age = status["oldest_undelivered_age_s"];
  std::string text = std::string("Service      ") + (running ? "running" : "not running") + "\n";
  text += "Leads        " + status["leads"].dump() + ", the last one at " +
          text_or_dash(status["last_received_at"]) + "\n";
  text += "Undelivered  " +
          (age.is_null() ? "none" : "the oldest waits for " + span(age.get<std::int64_t>())) + "\n";
  text += "Store        " + std::to_string(status["store"]["bytes"].get<std::int64_t>() / 1024) + " KiB\n";
  if (const auto& trouble = status["store"]["trouble"]; !trouble.is_null()) {
    text += "TROUBLE      nothing can be stored: " + printable(trouble.get<std::string>()) + "\n";
  }
  TextTable table({"DESTINATION", "BREAKER", "PENDING", "CLAIMED", "DELIVERED", "DEAD", "HELD", "DISCARDED",
                   "NEXT PROBE", "REASON"});
  for (const auto& each : status["destinations"]) {
    const auto& counts = each["deliveries"];
    table.add({each["name"], each["health"], counts["pending"].dump(), counts["claimed"].dump(),
               counts["delivered"].dump(), counts["dead"].dump(), counts["held"].dump(),
               counts["discarded"].dump(), text_or_dash(each["next_probe"]),
               shortened(text_or_dash(each["reason"]), 60)});
  }
  print(text + "\n" + table.to_string());
}

void show_dead(const Json& answer) {
  if (answer["groups"].empty()) return print("There are no dead letters.\n");
  TextTable table({"COUNT", "DESTINATION", "CAUSE", "FIRST", "LAST", "SAMPLE"});
  for (const auto& group : answer["groups"]) {
    table.add({group["count"].dump(), group["destination"], shortened(group["cause"].get<std::string>(), 60),
               group["first"], group["last"], group["sample"]});
  }
  print(table.to_string() +
        "\n`leadspool leads show SAMPLE` tells what happened; `leadspool leads redrive ID` tries again.\n");
}

int status_command(const CommandLine& line, bool fail_if_dead) {
  return line.with_config(Secrets::leave, [&](const Config& config) -> int {
    const auto reply = call_admin(config, {.method = "GET", .path = {"status"}, .query = {}, .body = {}});
    const int code = line.report(reply, [](const std::string& body) { show_status(Json::parse(body)); });
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

  auto& dead = line.add("dead", "Shows the dead letters, grouped by why they died.", "  leadspool dead");
  line.add_config_option(dead);
  line.add_json_option(dead);
  line.on_call(dead, [&line] {
    return line.call({.method = "GET", .path = {"dead-letters"}, .query = {}, .body = {}},
                     [](const std::string& body) { show_dead(Json::parse(body)); });
  });
}

}  // namespace leadspool::app

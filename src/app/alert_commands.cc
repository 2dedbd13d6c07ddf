#include "app/alert_commands.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "alert/sender.h"
#include "app/alert_facts.h"
#include "app/alert_page.h"
#include "app/command_line.h"
#include "app/terminal.h"
#include "app/text_table.h"
#include "base/clock.h"
#include "base/random.h"
#include "http/curl_client.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

struct Tried {
  std::string channel;
  alert::SendResult result;

  [[nodiscard]] bool is_sent() const { return std::holds_alternative<alert::Sent>(result); }
  [[nodiscard]] const std::string& words() const {
    if (const auto* sent = std::get_if<alert::Sent>(&result)) return sent->remark;
    return std::get<alert::SendFailure>(result).why;
  }
};

alert::Notice test_notice(Time now) {
  alert::Notice notice{alert::Notice::State::raised, {}, now};
  notice.trouble.name = "test";
  notice.trouble.since = now;
  notice.trouble.subject = "this is a test";
  notice.trouble.text =
      "Somebody ran `leadspool alert test` to see whether you can be told of trouble. You can.\n"
      "What to do: nothing.";
  return notice;
}

std::vector<Tried> try_channels(const alert::AlertOptions& options) {
  SystemRandom random;
  http::CurlClient client;
  alert::Sender sender(client, random);
  const auto notice = test_notice(SystemClock().now());
  std::vector<Tried> all;
  if (options.webhook) all.push_back({"webhook", sender.send(*options.webhook, notice, options.host)});
  if (options.mail) all.push_back({"email", sender.send(*options.mail, notice, options.host)});
  return all;
}

std::string to_json(const std::vector<Tried>& all) {
  Json json{{"channels", Json::array()}};
  for (const auto& tried : all) {
    json["channels"].push_back(
        {{"channel", tried.channel}, {"sent", tried.is_sent()}, {"detail", tried.words()}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_text(const std::vector<Tried>& all) {
  std::string text;
  for (const auto& tried : all) {
    text += tried.channel + ": " + (tried.is_sent() ? "sent" : "NOT SENT");
    if (!tried.words().empty()) text += ": " + printable(tried.words());
    text += "\n";
  }
  return text;
}

int test_alerts(const CommandLine& line, const Config& config) {
  const auto all = try_channels(alert_options(config));
  if (all.empty()) {
    complain("nobody is told of trouble: set webhook or email in [alert] of " + config.file);
    return kFailed;
  }
  print(line.json() ? to_json(all) : to_text(all));
  return std::all_of(all.begin(), all.end(), [](const auto& each) { return each.is_sent(); }) ? kDone
                                                                                              : kFailed;
}

void add_alerts(CommandLine& line) {
  auto& alerts = line.add("alerts", "What people were told of: what is not over, and the last notices.",
                          "  leadspool alerts list");
  alerts.require_subcommand(1);
  auto& list = line.add("list", "Lists the alerts that are open, and the last notices, the newest first.",
                        "  leadspool alerts list\n  leadspool alerts list --limit 200", &alerts);
  line.add_config_option(list);
  line.add_json_option(list);
  const auto limit = std::make_shared<int>(50);
  list.add_option("--limit", *limit, "How many notices, 1 to 500 (default 50)")
      ->type_name("N")
      ->check(CLI::Range(1, 500).description(""));
  line.on_call(list, [&line, limit] {
    return line.call(
        {.method = "GET", .path = {"alerts"}, .query = {{"limit", std::to_string(*limit)}}, .body = {}},
        [](const std::string& json) { print(alerts_text(json, output_width())); });
  });
}

}  // namespace

void add_alert_commands(CommandLine& line) {
  add_alerts(line);
  auto& alert = line.add("alert", "Telling people of trouble.", "  leadspool alert test");
  alert.require_subcommand(1);
  auto& test = line.add("test", "Sends a test notice by every channel of [alert].",
                        "  leadspool alert test --config /etc/leadspool/leadspool.toml", &alert);
  line.add_config_option(test);
  line.add_json_option(test);
  line.on_call(test, [&line] {
    return line.with_config(Secrets::read,
                            [&line](const Config& config) { return test_alerts(line, config); });
  });
}

}  // namespace leadspool::app

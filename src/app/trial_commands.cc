#include "app/trial_commands.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/trial_page.h"
#include "base/clock.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::days kUsualSpan{30};

struct PreviewChoice {
  std::string destination;
  std::string lead;
  std::string since;
  bool all = false;
};

AdminCall test_call(const std::string& name) {
  return {.method = "POST", .path = {"destinations", name, "test"}, .query = {}, .body = {}};
}

AdminCall preview_call(const std::string& name, decltype(AdminCall::query) query) {
  return {.method = "GET", .path = {"destinations", name, "preview"}, .query = std::move(query), .body = {}};
}

bool has_passed(const AdminReply& reply) {
  return reply.is_good() && Json::parse(reply.body)["passed"].get<bool>();
}

int test_one(const CommandLine& line, const std::string& name) {
  return line.ask(
      test_call(name),
      [&](const AdminReply& reply) -> int {
        const int code = line.report(reply, [](const std::string& json) { print(test_text(json)); });
        return has_passed(reply) ? code : kFailed;
      },
      Secrets::read);
}

// With --json one object of all answers, else each as it comes.
int test_all(const CommandLine& line, const Config& config) {
  Json all{{"passed", true}, {"destinations", Json::array()}};
  for (const auto& destination : config.destinations) {
    const auto then = [&](const AdminReply& reply) -> int {
      all["destinations"].push_back(Json::parse(reply.body));
      if (!line.json()) {
        print("Testing " + destination.name + "\n");
        (void)line.report(reply, [](const std::string& json) { print(test_text(json) + "\n"); });
      }
      return has_passed(reply) ? kDone : kFailed;
    };
    const int code = line.ask(test_call(destination.name), then, Secrets::read);
    if (code == kBadConfig) return code;
    if (code != kDone) all["passed"] = false;
  }
  if (line.json()) print(all.dump() + "\n");
  if (!line.json() && config.destinations.empty()) print("There are no destinations.\n");
  return all["passed"].get<bool>() ? kDone : kFailed;
}

void add_test(CommandLine& line, CLI::App& destinations) {
  const auto name = std::make_shared<std::string>();
  auto& command = line.add(
      "test",
      "Looks whether a destination's settings are right, as the configuration file has them now, and names "
      "what to change: the credentials, the permissions, the fields. Makes no record there. Exits with 1 "
      "when something failed.",
      "  leadspool destinations test\n"
      "  leadspool destinations test crm",
      &destinations);
  line.add_config_option(command);
  line.add_json_option(command);
  command.add_option("NAME", *name, "The destination (default: each of them)");
  line.on_call(command, [&line, &command, name] {
    if (command.count("NAME") > 0) return test_one(line, *name);
    return line.with_config(Secrets::leave, [&](const Config& config) { return test_all(line, config); });
  });
}

int preview_one(const CommandLine& line, const PreviewChoice& choice, bool is_lead_given) {
  decltype(AdminCall::query) query;
  if (is_lead_given) query.emplace_back("lead", choice.lead);
  return line.call(
      preview_call(choice.destination, std::move(query)),
      [](const std::string& json) { print(preview_text(json)); }, Secrets::read);
}

// Page after page, as one answer.
int preview_all(const CommandLine& line, const PreviewChoice& choice) {
  const auto since = choice.since.empty() ? to_rfc3339(SystemClock().now() - kUsualSpan) : choice.since;
  Json all;
  std::string cursor;
  const auto take = [&](const AdminReply& reply) -> int {
    if (!reply.is_good()) return line.report(reply, nullptr);
    auto page = Json::parse(reply.body);
    cursor = page["next_cursor"].is_null() ? "" : page["next_cursor"].get<std::string>();
    if (all.is_null()) {
      all = std::move(page);
      return kDone;
    }
    all["checked"] = all["checked"].get<std::int64_t>() + page["checked"].get<std::int64_t>();
    for (const auto* list : {"rejected", "cut"}) {
      for (auto& each : page[list]) all[list].push_back(std::move(each));
    }
    return kDone;
  };
  do {
    decltype(AdminCall::query) query{{"since", since}, {"limit", "500"}};
    if (!cursor.empty()) query.emplace_back("cursor", cursor);
    const int code = line.ask(preview_call(choice.destination, std::move(query)), take, Secrets::read);
    if (code != kDone) return code;
  } while (!cursor.empty());
  all.erase("next_cursor");
  const bool is_clean = all["rejected"].empty();
  const int code =
      line.report({200, all.dump()}, [](const std::string& json) { print(preview_findings_text(json)); });
  return is_clean ? code : kFailed;
}

void add_preview(CommandLine& line, CLI::App& destinations) {
  const auto choice = std::make_shared<PreviewChoice>();
  auto& command =
      line.add("preview",
               "Shows the request that would deliver a lead, secrets masked, without sending it; or looks "
               "through many leads for those that would be rejected or cut, and exits with 1 when any would "
               "be rejected. It goes by the configuration file as it is now, so a change can be looked at "
               "before `leadspool reload` puts it in force.",
               "  leadspool destinations preview crm\n"
               "  leadspool destinations preview crm --lead 01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f\n"
               "  leadspool destinations preview crm --all\n"
               "  leadspool destinations preview crm --all --since 2026-01-01T00:00:00Z --json",
               &destinations);
  line.add_config_option(command);
  line.add_json_option(command);
  command.add_option("NAME", choice->destination, "The destination")->required();
  auto* lead = command.add_option("--lead", choice->lead, "A lead's id (default: the newest lead)");
  lead->type_name("ID");
  auto* all = command.add_flag("--all", choice->all, "All leads that the destination would get");
  all->excludes(lead);
  command
      .add_option("--since", choice->since,
                  "With --all: received at or after this time (default: 30 days ago)")
      ->type_name("TIME")
      ->check(why_no_time)
      ->needs(all);
  line.on_call(command, [&line, &command, choice] {
    return choice->all ? preview_all(line, *choice) : preview_one(line, *choice, command.count("--lead") > 0);
  });
}

}  // namespace

void add_trial_commands(CommandLine& line, CLI::App& destinations) {
  add_test(line, destinations);
  add_preview(line, destinations);
}

}  // namespace leadspool::app

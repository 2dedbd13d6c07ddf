#include "app/redrives_commands.h"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "admin/redrive_body.h"
#include "app/command_line.h"
#include "app/lead_page.h"
#include "app/redrive_page.h"
#include "app/signals.h"
#include "app/terminal.h"
#include "lead/lead.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds kBetweenLooks{1};
constexpr int kMost = std::numeric_limits<int>::max();

struct RedriveChoice {
  std::string id;  // of a lead: its deliveries and no others
  std::string destination;
  std::string cause;
  std::string source;
  std::string disposition;
  std::string since;
  std::string until;
  std::string reason;
  bool all = false;
  bool dry_run = false;
  bool waits = false;
  int canary = 0;
  double rate = 0;
  int stop_after = 0;
};

std::string to_text(const Json& body) { return body.dump(-1, ' ', false, Json::error_handler_t::replace); }

// Of --rate.
std::string why_no_rate(const std::string& text) {
  double rate = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  if (is_number && 0 < rate && rate <= admin::kHighestRate) return {};
  return "not a number above 0, at most " + std::to_string(static_cast<int>(admin::kHighestRate)) + ": " +
         text;
}

// What was given counts, not whether it is empty: the unset variable of a script must not mean "all".
bool is_given(const CLI::App& command, const std::string& option) { return command.count(option) > 0; }

int redrive_one(const CommandLine& line, const CLI::App& command, const RedriveChoice& choice) {
  std::vector<std::pair<std::string, std::string>> texts;
  if (is_given(command, "--destination")) texts.emplace_back("destination", choice.destination);
  return line.call({.method = "POST",
                    .path = {"leads", choice.id, "redrive"},
                    .query = {},
                    .body = reason_body(choice.reason, texts)},
                   [](const std::string& json) { print(corrected_text(json)); });
}

AdminCall look_at(const std::string& id) {
  return {.method = "GET", .path = {"redrives", id}, .query = {}, .body = {}};
}

void show_redrive(const std::string& json) { print(redrive_text(json)); }

// Looks until it has ended; a person may end the waiting. A bar where somebody watches, else a line for each
// change.
int wait_for(const CommandLine& line, const std::string& id) {
  const Signals signals({SIGINT, SIGTERM});
  Progress progress;
  std::string shown;
  for (;;) {
    std::string answer;
    if (const int code = line.fetch(look_at(id), answer); code != kDone) return code;
    const auto redrive = Json::parse(answer);
    if (!redrive["ended_at"].is_null()) {
      const int reported = line.report({200, answer}, show_redrive);
      return redrive["state"] == "done" ? reported : kFailed;
    }
    if (!redrive["service_running"].get<bool>()) {
      complain("no service is running, so there is nothing to wait for");
      return kFailed;
    }
    const auto text = redrive_progress_text(answer);
    progress.show(progress_bar(redrive["delivered"].get<std::int64_t>() +
                                   redrive["failed"].get<std::int64_t>() +
                                   redrive["discarded"].get<std::int64_t>(),
                               redrive["total"].get<std::int64_t>()) +
                  " " + text);
    if (text != shown && !is_watched() && !line.json()) print(text + "\n");
    shown = text;
    if (signals.wait(kBetweenLooks)) return kFailed;
  }
}

Json filter_of(const CLI::App& command, const RedriveChoice& choice) {
  const struct {
    const char* option;
    const char* member;
    const std::string& value;
  } kFilters[] = {{"--destination", "destination", choice.destination},
                  {"--cause", "cause", choice.cause},
                  {"--source", "source", choice.source},
                  {"--disposition", "disposition", choice.disposition},
                  {"--since", "from", choice.since},
                  {"--until", "to", choice.until}};
  Json filter = Json::object();
  for (const auto& each : kFilters) {
    if (is_given(command, each.option)) filter[each.member] = each.value;
  }
  if (filter.contains("destination") && filter.contains("from") && !filter.contains("cause")) {
    filter["with_missing"] = true;
  }
  return filter;
}

int redrive_many(const CommandLine& line, const CLI::App& command, const RedriveChoice& choice) {
  Json body{{"filter", filter_of(command, choice)}};
  if (body["filter"].empty() && !choice.all) {
    complain(
        "which ones? Name a lead by its ID, or many by --destination, --cause, --source, --disposition, "
        "--since or --until; --all takes every dead letter");
    return kUsage;
  }
  if (!choice.reason.empty()) body["reason"] = choice.reason;
  if (choice.dry_run) body["dry_run"] = true;
  if (choice.canary > 0) body["canary"] = choice.canary;
  if (is_given(command, "--rate")) body["rate_per_second"] = choice.rate;
  if (is_given(command, "--stop-after")) body["stop_after_failures"] = choice.stop_after;
  const AdminCall call{.method = "POST", .path = {"redrives"}, .query = {}, .body = to_text(body)};
  if (choice.waits) {
    std::string ordered;
    const int code = line.fetch(call, ordered);
    return code == kDone ? wait_for(line, Json::parse(ordered)["id"].get<std::string>()) : code;
  }
  const auto show = choice.dry_run ? redrive_count_text : ordered_redrive_text;
  return line.call(call, [&](const std::string& json) { print(show(json)); });
}

// The options that choose, and those that say how; none of them goes with a lead's ID.
void add_order_options(CLI::App& command, RedriveChoice& choice) {
  std::vector<CLI::Option*> filters{
      command.add_option("--cause", choice.cause,
                         "Only what died of this; `leadspool dead` shows the causes"),
      command.add_option("--source", choice.source, "Only leads of this source")->type_name("NAME"),
      command.add_option("--disposition", choice.disposition, "Only leads that were taken for this"),
      command.add_option("--since", choice.since, "Only leads received at or after this time (RFC 3339)"),
      command.add_option("--until", choice.until, "Only leads received before this time (RFC 3339)")};
  for (const auto* name : {"--since", "--until"}) {
    command.get_option(name)->type_name("TIME")->check(why_no_time);
  }
  command.get_option("--cause")->type_name("TEXT");
  std::vector<std::string> dispositions;
  for (const auto each : kDispositions) dispositions.emplace_back(to_string(each));
  command.get_option("--disposition")->check(CLI::IsMember(dispositions));

  auto* const all = command.add_flag("--all", choice.all, "Every dead letter");
  for (auto* const filter : filters) all->excludes(filter);
  all->excludes(command.get_option("--destination"));

  auto* const dry_run = command.add_flag("--dry-run", choice.dry_run, "Only tell how many it would take");
  std::vector<CLI::Option*> manners{
      dry_run,
      command
          .add_flag("--wait", choice.waits,
                    "Look each second until it has ended; exit with 1 unless it is done")
          ->excludes(dry_run),
      command
          .add_option("--canary", choice.canary,
                      "So many go alone first; the rest follows only if all of them are delivered")
          ->type_name("N")
          ->check(CLI::Range(0, kMost).description("")),
      command
          .add_option("--rate", choice.rate, "At most so many a second (default: as destinations take them)")
          ->type_name("N")
          ->check(why_no_rate),
      command.add_option("--stop-after", choice.stop_after, "End when so many are dead again")
          ->type_name("N")
          ->check(CLI::Range(1, kMost).description(""))};

  auto* const id = command.get_option("ID");
  id->excludes(all);
  for (auto* const each : filters) id->excludes(each);
  for (auto* const each : manners) id->excludes(each);
}

void add_list(CommandLine& line, CLI::App& redrives) {
  const auto limit = std::make_shared<int>(50);
  auto& command =
      line.add("list", "Lists redrives of many, the newest first.", "  leadspool redrives list", &redrives);
  line.add_config_option(command);
  line.add_json_option(command);
  command.add_option("--limit", *limit, "How many, 1 to 500 (default 50)")
      ->type_name("N")
      ->check(CLI::Range(1, 500).description(""));
  line.on_call(command, [&line, limit] {
    return line.call(
        {.method = "GET", .path = {"redrives"}, .query = {{"limit", std::to_string(*limit)}}, .body = {}},
        [](const std::string& json) { print(redrive_list_text(json, output_width())); });
  });
}

CLI::App& add_with_id(CommandLine& line, CLI::App& redrives, std::string& id, const std::string& name,
                      const std::string& sentence, const std::string& example_end) {
  auto& command = line.add(
      name, sentence, "  leadspool redrives " + name + " 01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f" + example_end,
      &redrives);
  line.add_config_option(command);
  line.add_json_option(command);
  command.add_option("ID", id, "The redrive's id")->required();
  return command;
}

void add_show(CommandLine& line, CLI::App& redrives) {
  const auto id = std::make_shared<std::string>();
  const auto waits = std::make_shared<bool>(false);
  auto& command = add_with_id(line, redrives, *id, "show", "Shows how far a redrive has come.", " --wait");
  command.add_flag("--wait", *waits, "Look each second until it has ended; exit with 1 unless it is done");
  line.on_call(command, [&line, id, waits] {
    return *waits ? wait_for(line, *id) : line.call(look_at(*id), show_redrive);
  });
}

void add_cancel(CommandLine& line, CLI::App& redrives) {
  const auto id = std::make_shared<std::string>();
  const auto reason = std::make_shared<std::string>();
  auto& command =
      add_with_id(line, redrives, *id, "cancel",
                  "Ends a redrive: what was not redriven yet stays dead, what is on its way goes on.",
                  " --reason 'the wrong destination'");
  command.add_option("--reason", *reason, "Why, for those who look later")->type_name("TEXT");
  line.on_call(command, [&line, id, reason] {
    return line.call(
        {.method = "POST", .path = {"redrives", *id, "cancel"}, .query = {}, .body = reason_body(*reason)},
        show_redrive);
  });
}

}  // namespace

void add_leads_redrive(CommandLine& line, CLI::App& leads) {
  const auto choice = std::make_shared<RedriveChoice>();
  auto& command = line.add(
      "redrive",
      "Tries dead deliveries again, with a fresh budget: those of one lead, or all that the filters let "
      "pass. "
      "With --destination and --since, and without --cause, leads are taken too that came before that "
      "destination was configured.",
      "  leadspool leads redrive 01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f --reason 'the field was added'\n"
      "  leadspool leads redrive --destination crm --cause 'HTTP 422: missing field company' --dry-run\n"
      "  leadspool leads redrive --destination crm --cause 'HTTP 422: missing field company' --canary 3 "
      "--rate 10 --stop-after 5\n"
      "  leadspool leads redrive --destination new-crm --since 2026-01-01T00:00:00Z",
      &leads);
  line.add_config_option(command);
  line.add_json_option(command);
  command.add_option("ID", choice->id, "A lead's id; or choose many with the options");
  command.add_option("--destination", choice->destination, "Only deliveries to this one")->type_name("NAME");
  add_order_options(command, *choice);
  command.add_option("--reason", choice->reason, "Why, for those who look later")->type_name("TEXT");
  line.on_call(command, [&line, &command, choice] {
    return is_given(command, "ID") ? redrive_one(line, command, *choice)
                                   : redrive_many(line, command, *choice);
  });
}

void add_redrives_commands(CommandLine& line) {
  auto& redrives =
      line.add("redrives", "Follows and cancels redrives of many dead letters.", "  leadspool redrives list");
  redrives.require_subcommand(1);
  add_list(line, redrives);
  add_show(line, redrives);
  add_cancel(line, redrives);
}

}  // namespace leadspool::app

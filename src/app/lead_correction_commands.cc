#include "app/lead_correction_commands.h"

#include <cctype>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/correction_targets.h"
#include "app/lead_filters.h"
#include "app/lead_page.h"
#include "app/lead_pages.h"
#include "app/terminal.h"
#include "lead/delivery.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

struct CorrectionChoice {
  std::string name;  // "release", "discard"
  std::string id;
  LeadFilters filters;
  std::string reason;
  bool all = false;
  bool dry_run = false;
  bool yes = false;
};

AdminCall correction(const CorrectionChoice& choice, const Target& target) {
  std::vector<std::pair<std::string, std::string>> texts;
  if (!target.destination.empty()) texts.emplace_back("destination", target.destination);
  return {.method = "POST",
          .path = {"leads", target.lead, choice.name},
          .query = {},
          .body = reason_body(choice.reason, texts)};
}

std::string value_of(const std::vector<std::pair<std::string, std::string>>& query, const std::string& name) {
  for (const auto& [each, value] : query) {
    if (each == name) return value;
  }
  return {};
}

int correct_one(const CommandLine& line, const CorrectionChoice& choice) {
  return line.call(correction(choice, {choice.id, value_of(choice.filters.query(), "destination")}),
                   [](const std::string& json) { print(corrected_text(json)); });
}

// The state that the deliveries are in which it takes; empty: it takes leads without deliveries.
std::string state_taken(const CorrectionChoice& choice) {
  if (choice.name == "release") return std::string(to_string(State::held));
  const auto query = choice.filters.query();
  if (!value_of(query, "unrouted").empty()) return {};
  const auto state = value_of(query, "state");
  return state.empty() && !value_of(query, "cause").empty() ? std::string(to_string(State::dead)) : state;
}

// Complains and says false where it is not clear what is meant.
bool is_clear(const CorrectionChoice& choice) {
  const auto query = choice.filters.query();
  if (query.empty() && !choice.all) {
    complain(choice.name == "release"
                 ? "which ones? Name a lead by its ID, or many by options like --source; --all takes all"
                 : "which ones? Name a lead by its ID, or many by options like --state dead");
    return false;
  }
  if (choice.name == "release" || !value_of(query, "unrouted").empty() || !state_taken(choice).empty()) {
    return true;
  }
  complain(
      "which of their deliveries? Say --state pending, held or dead, or --unrouted for leads without any");
  return false;
}

int find_targets(const CommandLine& line, const CorrectionChoice& choice, std::vector<Target>& targets) {
  Progress progress;
  auto query = choice.filters.query();
  const auto state = state_taken(choice);
  if (value_of(query, "state").empty() && !state.empty()) query.emplace_back("state", state);
  const DeliveryFilter filter{state, value_of(query, "destination"), value_of(query, "cause")};
  return for_each_lead_page(line, std::move(query), [&](const std::string& page) {
    add_targets(page, filter, targets);
    progress.show("found " + std::to_string(targets.size()) + " ...");
    return true;
  });
}

// What came of many corrections.
struct Corrections {
  std::size_t done = 0;
  Json failed = Json::array();
};

int correct_each(const CommandLine& line, const CorrectionChoice& choice, const std::vector<Target>& targets,
                 Corrections& corrections) {
  Progress progress;
  std::size_t count = 0;
  for (const auto& target : targets) {
    progress.show(progress_bar(static_cast<std::int64_t>(count), static_cast<std::int64_t>(targets.size())) +
                  " " + std::to_string(count) + " of " + std::to_string(targets.size()));
    ++count;
    const int code = line.ask(correction(choice, target), [&](const AdminReply& reply) -> int {
      if (reply.is_good()) {
        ++corrections.done;
        return kDone;
      }
      // Somebody was quicker, or the lead is erased by now.
      const bool is_its_own = reply.status == 404 || reply.status == 409;
      if (!is_its_own) return line.report(reply, nullptr);
      corrections.failed.push_back({{"lead", target.lead},
                                    {"destination", target.destination},
                                    {"message", Json::parse(reply.body)["error"]["message"]}});
      return kDone;
    });
    if (code != kDone) return code;
  }
  return kDone;
}

std::string count_text(std::size_t count, const std::string& state) {
  if (state.empty()) return std::to_string(count) + (count == 1 ? " lead" : " leads");
  return std::to_string(count) + " " + state + (count == 1 ? " delivery" : " deliveries");
}

int tell(const CommandLine& line, const CorrectionChoice& choice, std::size_t total,
         const Corrections& corrections) {
  if (line.json()) {
    print(Json{{"total", total},
               {"dry_run", choice.dry_run},
               {"done", corrections.done},
               {"failed", corrections.failed}}
              .dump(-1, ' ', false, Json::error_handler_t::replace) +
          "\n");
    return corrections.failed.empty() ? kDone : kFailed;
  }
  for (const auto& each : corrections.failed) {
    complain(each["lead"].get<std::string>() + ": " + each["message"].get<std::string>());
  }
  const auto what = count_text(choice.dry_run ? total : corrections.done, state_taken(choice));
  const auto verb = choice.name + (choice.name.ends_with('e') ? "d" : "ed");
  print(choice.dry_run ? what + " would be " + verb + ". Nothing was changed.\n" : what + " " + verb + ".\n");
  return corrections.failed.empty() ? kDone : kFailed;
}

int correct_many(const CommandLine& line, const CorrectionChoice& choice) {
  if (!is_clear(choice)) return kUsage;
  std::vector<Target> targets;
  if (const int code = find_targets(line, choice, targets); code != kDone) return code;
  Corrections corrections;
  if (choice.dry_run || targets.empty()) return tell(line, choice, targets.size(), corrections);
  if (!choice.yes) {
    std::string question = choice.name + " " + count_text(targets.size(), state_taken(choice)) + "?";
    question.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(question.front())));
    const auto answer = confirm(question);
    if (answer != true) {
      complain(answer ? "nothing was changed"
                      : "this would take " + count_text(targets.size(), state_taken(choice)) +
                            ", and nobody is there to be asked: add --yes");
      return answer ? kFailed : kUsage;
    }
  }
  const int code = correct_each(line, choice, targets, corrections);
  return code == kDone ? tell(line, choice, targets.size(), corrections) : code;
}

void add_correction(CommandLine& line, CLI::App& leads, const std::string& name, const std::string& sentence,
                    const std::string& examples) {
  const auto choice = std::make_shared<CorrectionChoice>();
  choice->name = name;
  auto& command = line.add(name, sentence, examples, &leads);
  line.add_config_option(command);
  line.add_json_option(command);
  auto* const id = command.add_option("ID", choice->id, "A lead's id; or choose many with the options");
  id->check(why_no_text);
  const bool is_release = name == "release";
  choice->filters.add_to(command, is_release ? std::vector<std::string_view>{"state", "cause", "unrouted"}
                                             : std::vector<std::string_view>{});
  std::vector<CLI::Option*> of_many{
      command.add_flag("--dry-run", choice->dry_run, "Only tell how many it would take"),
      command.add_flag("--yes", choice->yes, "Do not ask before many are taken; for scripts")};
  if (is_release) of_many.push_back(command.add_flag("--all", choice->all, "Everything that is held"));
  for (const auto& filter : LeadFilters::names()) {
    auto* const option = command.get_option_no_throw("--" + filter);
    if (option != nullptr && filter != "destination") of_many.push_back(option);
  }
  for (auto* const each : of_many) id->excludes(each);
  command.add_option("--reason", choice->reason, "Why, for the leads' histories")->type_name("TEXT");
  line.on_call(command, [&line, choice] {
    return choice->id.empty() ? correct_many(line, *choice) : correct_one(line, *choice);
  });
}

}  // namespace

void add_lead_corrections(CommandLine& line, CLI::App& leads) {
  add_correction(line, leads, "release",
                 "Lets held deliveries go out: those of one lead, or all that the filters let pass.",
                 "  leadspool leads release 01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f --reason 'no duplicate'\n"
                 "  leadspool leads release --disposition duplicate --from 2026-11-01T00:00:00Z --dry-run\n"
                 "  leadspool leads release --source marketplace --destination crm --yes");
  add_correction(
      line, leads, "discard",
      "Gives up deliveries that are pending, held or dead, or leads that no destination wants: those of one "
      "lead, or all that the filters let pass.",
      "  leadspool leads discard 01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f --destination crm --reason 'a joke'\n"
      "  leadspool leads discard --state dead --q @example.com --dry-run\n"
      "  leadspool leads discard --destination crm --cause 'HTTP 422: missing field company' --yes\n"
      "  leadspool leads discard --unrouted --to 2026-01-01T00:00:00Z --reason 'too old'");
}

}  // namespace leadspool::app

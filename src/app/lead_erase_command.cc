#include "app/lead_erase_command.h"

#include <chrono>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/erasure_page.h"
#include "app/signals.h"
#include "app/terminal.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::seconds kBetweenLooks{1};

struct ErasureChoice {
  std::string id;
  std::string email;
  std::string reason;
  bool dry_run = false;
  bool yes = false;
  bool no_wait = false;
};

AdminCall erase_lead(const ErasureChoice& choice) {
  return {.method = "DELETE", .path = {"leads", choice.id}, .query = {{"reason", choice.reason}}, .body = {}};
}

AdminCall erase_person(const ErasureChoice& choice, bool dry_run) {
  Json body{{"email", choice.email}, {"reason", choice.reason}, {"dry_run", dry_run}};
  return {.method = "POST",
          .path = {"erasures"},
          .query = {},
          .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

// While words of erased leads are still in the search index, and copies of their rows in the log. Without a
// service the erasure itself has seen to it.
int wait_until_purged(const CommandLine& line) {
  const Signals signals({SIGINT, SIGTERM});
  Progress progress;
  for (;;) {
    std::string answer;
    const int code = line.fetch({.method = "GET", .path = {"status"}, .query = {}, .body = {}}, answer);
    if (code != kDone) return code;
    const auto status = Json::parse(answer);
    if (!status["purging"].get<bool>()) return kDone;
    progress.show("removing the last traces from the search index and the log ...");
    const bool goes_on = status["running"].get<bool>() && !signals.wait(kBetweenLooks);
    if (goes_on) continue;
    complain(
        "the last traces are still to be removed, which `leadspool serve` does; `leadspool status` tells "
        "when it is done");
    return kFailed;
  }
}

// kDone: it may be done. Of a person all that is known beforehand is shown.
int ask_first(const CommandLine& line, const ErasureChoice& choice) {
  if (choice.yes) return kDone;
  std::string question = "Erase lead " + choice.id + " for good?";
  if (choice.id.empty()) {
    std::string found;
    const int code = line.fetch(erase_person(choice, true), found);
    if (code != kDone) return code;
    question = "Erase " + lead_count_text(Json::parse(found)["would_erase"].size()) + " of " + choice.email +
               " for good?";
  }
  const auto answer = confirm(question);
  if (answer == true) return kDone;
  complain(answer ? "nothing was changed"
                  : "erasing cannot be taken back, and nobody is there to be asked: add --yes");
  return answer ? kFailed : kUsage;
}

int erase(const CommandLine& line, const ErasureChoice& choice) {
  const auto show = [](const std::string& json) { print(erasure_text(json)); };
  if (choice.dry_run) return line.call(erase_person(choice, true), show);
  if (const int code = ask_first(line, choice); code != kDone) return code;
  std::string answer;
  const auto call = choice.id.empty() ? erase_person(choice, false) : erase_lead(choice);
  if (const int code = line.fetch(call, answer); code != kDone) return code;
  (void)line.report({200, answer}, show);
  const auto report = Json::parse(answer);
  if (report["purging"].get<bool>() && !choice.no_wait) {
    if (const int code = wait_until_purged(line); code != kDone) return code;
    if (!line.json()) print("\nNothing of it is left in the store's files.\n");
  }
  return report["spared"].empty() ? kDone : kFailed;
}

}  // namespace

void add_leads_erase(CommandLine& line, CLI::App& leads) {
  const auto choice = std::make_shared<ErasureChoice>();
  auto& command = line.add(
      "erase",
      "Removes the personal data of a lead, or of all leads of one e-mail address, for good: fields, body, "
      "history, search index. A tombstone stays, and what was still to be delivered is discarded. Returns "
      "when the last traces are gone from the files.",
      "  leadspool leads erase 01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f --reason 'he asked for it'\n"
      "  leadspool leads erase --email anna@contoso.com --reason 'she asked for it' --dry-run\n"
      "  leadspool leads erase --email anna@contoso.com --reason 'she asked for it' --yes",
      &leads);
  line.add_config_option(command);
  line.add_json_option(command);
  auto* const id = command.add_option("ID", choice->id, "A lead's id; or choose a person");
  id->check(why_no_text);
  auto* const email = command.add_option(
      "--email", choice->email, "All leads that bear this e-mail address, in any case, or mention it");
  email->type_name("ADDRESS")->check(why_no_text)->excludes(id);
  command.add_option("--reason", choice->reason, "Why, for the tombstone; no personal data")
      ->type_name("TEXT")
      ->required();
  command.add_flag("--dry-run", choice->dry_run, "Only tell what would be erased")->needs(email);
  command.add_flag("--yes", choice->yes, "Do not ask first; for scripts");
  command.add_flag("--no-wait", choice->no_wait, "Do not wait for the last traces to be gone");
  line.on_call(command, [&line, choice] {
    if (!choice->id.empty() || !choice->email.empty()) return erase(line, *choice);
    complain("which ones? Name a lead by its ID, or a person by --email");
    return static_cast<int>(kUsage);
  });
}

}  // namespace leadspool::app

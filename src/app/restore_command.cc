#include "app/restore_command.h"

#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/shell_word.h"
#include "app/text_table.h"
#include "base/clock.h"
#include "outbox/restoring.h"
#include "outbox/store.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

struct RestoreChoice {
  std::string file;
  bool move_present = false;
};

std::string count_text(std::int64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string redrive_command() {
  return "leadspool leads redrive --cause " + shell_word(std::string(outbox::kRestoredCause)) + " --canary 1";
}

std::string newest_text(const outbox::Verification& copy) {
  return copy.newest_received_at ? to_rfc3339(*copy.newest_received_at) : "";
}

std::string copy_text(const outbox::RestorePlan& plan) {
  const auto newest = newest_text(plan.copy);
  return printable(plan.copy.path) + " is good: " + count_text(plan.copy.leads, "lead", "leads") +
         (newest.empty() ? "" : ", the last one of " + to_the_second(newest)) + ".\n";
}

std::string loss_text(const outbox::RestorePlan& plan, const RestoreChoice& choice,
                      const std::string& store) {
  std::string text = "\nA store stands at " + printable(store) + ". ";
  if (!plan.loss) {
    text += "What it has that the copy has not cannot be told, as it cannot be read:\n" +
            page_line("", plan.unreadable);
  } else {
    const auto& loss = *plan.loss;
    text += "What it has and the copy has not would be lost:\n" +
            page_line("Leads", std::to_string(loss.leads) + " that came since") +
            page_line("Delivered", std::to_string(loss.deliveries) + " since") +
            page_line("Changes", std::to_string(loss.changes) + " by people since") +
            page_line("Erased", std::to_string(loss.erased) + " since; what was erased is erased again");
    const auto newest = newest_text(plan.copy);
    if (loss.leads > 0) {
      text += "\nThe leads that would be lost can be saved before:\n  leadspool leads export" +
              (newest.empty() ? "" : " --from " + newest) + " --output lost-leads.csv\n";
    }
  }
  return text + "\nIt is not overwritten, but moved beside itself, by\n  leadspool restore --move-present " +
         shell_word(choice.file) + "\n" +
         count_text(plan.ambiguous, "delivery then becomes a dead letter",
                    "deliveries then become dead letters") +
         ", since nobody knows what went out after the copy was made.\nNothing was changed.\n";
}

std::string done_text(const outbox::RestoreReport& report, const std::string& store) {
  std::string text = "The store " + printable(store) + " now holds the copy's " +
                     count_text(report.leads, "lead", "leads") + ".\n";
  if (!report.moved_to.empty()) text += "The one before is " + printable(report.moved_to) + ".\n";
  if (report.erased_again > 0) {
    text += count_text(report.erased_again, "lead that was erased since the copy was made was erased again",
                       "leads that were erased since the copy was made were erased again") +
            ".\n";
  }
  if (report.ambiguous == 0) return text + "No delivery was open in it. Start the service.\n";
  return text +
         count_text(report.ambiguous, "delivery was open in it and is a dead letter now",
                    "deliveries were open in it and are dead letters now") +
         ": they may have gone out after the copy was made, and nothing is\nsent twice unasked. Once you "
         "know "
         "that your CRM has no record of them, or recognises one by its key, send them by\n  " +
         redrive_command() + "\nStart the service.\n";
}

Json to_json(const outbox::RestorePlan& plan, const std::string& store) {
  Json loss = nullptr;
  if (plan.loss) {
    loss = {{"leads", plan.loss->leads},
            {"deliveries", plan.loss->deliveries},
            {"changes", plan.loss->changes},
            {"erased", plan.loss->erased}};
  }
  const auto newest = newest_text(plan.copy);
  return {{"restored", false},
          {"store", store},
          {"copy",
           {{"path", plan.copy.path},
            {"leads", plan.copy.leads},
            {"newest_received_at", newest.empty() ? Json(nullptr) : Json(newest)}}},
          {"ambiguous", plan.ambiguous},
          {"loss", loss},
          {"unreadable", plan.unreadable.empty() ? Json(nullptr) : Json(plan.unreadable)}};
}

Json to_json(const outbox::RestoreReport& report, const std::string& store) {
  return {{"restored", true},
          {"store", store},
          {"leads", report.leads},
          {"ambiguous", report.ambiguous},
          {"cause", outbox::kRestoredCause},
          {"erased_again", report.erased_again},
          {"moved_to", report.moved_to.empty() ? Json(nullptr) : Json(report.moved_to)}};
}

void show(const CommandLine& line, const Json& json, const std::string& text) {
  print(line.json() ? json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n" : text);
}

int restore_locked(const CommandLine& line, const RestoreChoice& choice, const std::string& store) {
  const auto plan = outbox::plan_restore(choice.file, store);
  if (plan.store_exists && !choice.move_present) {
    show(line, to_json(plan, store), copy_text(plan) + loss_text(plan, choice, store));
    return kFailed;
  }
  const auto report = outbox::restore_store(choice.file, store, choice.move_present, SystemClock().now());
  show(line, to_json(report, store), copy_text(plan) + done_text(report, store));
  return kDone;
}

int restore(const CommandLine& line, const RestoreChoice& choice, const std::string& store) {
  try {
    const outbox::StoreLock lock(store);
    return restore_locked(line, choice, store);
  } catch (const outbox::StoreLocked& locked) {
    complain(std::string(locked.what()) + "; a store is not replaced while it is in use");
    return kFailed;
  }
}

}  // namespace

void add_restore_command(CommandLine& line) {
  const auto choice = std::make_shared<RestoreChoice>();
  auto& command = line.add(
      "restore",
      "Puts a copy of the store in its place, while no service runs. A store that stands there is not "
      "overwritten: what would be lost is told, and with --move-present it is moved beside itself. What was "
      "open in the copy becomes dead letters, since it may have been delivered after the copy was made; "
      "leads that were erased since are erased again.",
      "  leadspool restore /mnt/vault/leads.db\n"
      "  leadspool restore --move-present /var/lib/leadspool/backups/leadspool-20261122T030000Z.db");
  line.add_config_option(command);
  line.add_json_option(command);
  command.add_option("FILE", choice->file, "The copy, which stays as it is")->required()->check(why_no_text);
  command.add_flag("--move-present", choice->move_present,
                   "Moves the store that stands there to <store>.replaced-<time>");
  line.on_call(command, [&line, choice] {
    return line.with_config(Secrets::leave,
                            [&](const Config& config) { return restore(line, *choice, config.store.path); });
  });
}

}  // namespace leadspool::app

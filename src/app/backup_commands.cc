#include "app/backup_commands.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>

#include "app/backup_page.h"
#include "app/command_line.h"
#include "app/output_file.h"
#include "app/terminal.h"
#include "app/text_table.h"
#include "outbox/store_files.h"
#include "outbox/verification.h"

namespace leadspool::app {
namespace {

// A store of many GiB on a slow disk. A service that dies closes the connection, which is noticed at once.
constexpr std::chrono::hours kPatience{12};

struct BackupChoice {
  std::string file;
  std::string reason;
};

std::string why_no_file(const std::string& text) {
  return text == "-" ? "must be a file: a copy is looked through where it is to stay" : why_no_text(text);
}

int refuse_to_overwrite(const std::string& file) {
  complain(printable(file) + " is there already, and a backup overwrites nothing: name another file");
  return kFailed;
}

int take_copy(const CommandLine& line, const BackupChoice& choice) {
  std::error_code unknown;
  if (std::filesystem::exists(choice.file, unknown)) return refuse_to_overwrite(choice.file);
  OutputFile file(choice.file);
  Progress progress;
  std::int64_t bytes = 0;
  AdminCall call{.method = "POST",
                 .path = {"backups", "download"},
                 .query = {},
                 .body = reason_body(choice.reason),
                 .take_part =
                     [&](std::string_view part) {
                       file.write(part);
                       bytes += static_cast<std::int64_t>(part.size());
                       progress.show("written " + size_text(bytes));
                     },
                 .patience = kPatience};
  progress.show("the copy is made, and looked through");
  std::string nothing;
  const int code = line.fetch(call, nothing);
  if (code != kDone) return code;
  file.sync();
  progress.show("the file is looked through");
  const auto found = outbox::verify_store(file.partial_path());
  if (!found.is_good()) {
    complain("the copy is not what was sent, so it is not kept: " + found.flaws.front().what +
             "; look at the disk of " + printable(choice.file));
    return kFailed;
  }
  // Something of that name may have come meanwhile.
  if (!file.finish_as_new()) return refuse_to_overwrite(choice.file);
  outbox::sync_folder(outbox::folder_of(choice.file));
  print(line.json() ? taken_copy_json(choice.file, found) : taken_copy_text(choice.file, found));
  return kDone;
}

void add_reason_option(CLI::App& command, std::string& reason) {
  command.add_option("--reason", reason, "Why, for the audit")->type_name("TEXT");
}

void add_backup(CommandLine& line) {
  const auto choice = std::make_shared<BackupChoice>();
  auto& command =
      line.add("backup",
               "Writes a copy of the store to a file, for this user alone, while the service goes "
               "on or while none runs, and looks through it. It holds every lead.",
               "  leadspool backup /mnt/vault/leads.db --reason 'before the upgrade'\n"
               "  leadspool verify /mnt/vault/leads.db");
  line.add_config_option(command);
  line.add_json_option(command);
  command.add_option("FILE", choice->file, "Where to; one that is there is not overwritten")
      ->required()
      ->check(why_no_file);
  add_reason_option(command, choice->reason);
  line.on_call(command, [&line, choice] { return take_copy(line, *choice); });
}

void add_list(CommandLine& line, CLI::App& backups) {
  auto& command =
      line.add("list", "Lists the copies that are kept, the newest first, and when the next is due.",
               "  leadspool backups list", &backups);
  line.add_config_option(command);
  line.add_json_option(command);
  line.on_call(command, [&line] {
    return line.call({.method = "GET", .path = {"backups"}, .query = {}, .body = {}},
                     [](const std::string& json) { print(backups_text(json, output_width())); });
  });
}

void add_make(CommandLine& line, CLI::App& backups) {
  const auto reason = std::make_shared<std::string>();
  auto& command =
      line.add("make",
               "Makes a copy in the folder of [backup] now, and looks through it. The oldest beyond "
               "those that are kept is removed after that.",
               "  leadspool backups make --reason 'before the upgrade'", &backups);
  line.add_config_option(command);
  line.add_json_option(command);
  add_reason_option(command, *reason);
  line.on_call(command, [&line, reason] {
    return line.call({.method = "POST",
                      .path = {"backups"},
                      .query = {},
                      .body = reason_body(*reason),
                      .take_part = nullptr,
                      .patience = kPatience},
                     [](const std::string& json) { print(made_backup_text(json)); });
  });
}

}  // namespace

void add_backup_commands(CommandLine& line) {
  add_backup(line);
  auto& backups =
      line.add("backups", "The copies of the store that are made by a schedule.", "  leadspool backups list");
  backups.require_subcommand(1);
  add_list(line, backups);
  add_make(line, backups);
}

}  // namespace leadspool::app

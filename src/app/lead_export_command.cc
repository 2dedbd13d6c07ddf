#include "app/lead_export_command.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/lead_filters.h"
#include "app/output_file.h"
#include "app/terminal.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

struct ExportChoice {
  LeadFilters filters;
  std::string format = "csv";
  std::string output;
  std::string person;
  std::string reason;
};

std::string leads(std::size_t count) { return std::to_string(count) + (count == 1 ? " lead" : " leads"); }

// The file is made with the first part: an error leaves nothing behind.
int export_many(const CommandLine& line, const ExportChoice& choice) {
  std::optional<OutputFile> file;
  Progress progress;
  std::uint64_t bytes = 0;
  AdminCall call{
      .method = "GET", .path = {"leads." + choice.format}, .query = choice.filters.query(), .body = {}};
  call.take_part = [&](std::string_view part) {
    if (!file) file.emplace(choice.output);
    file->write(part);
    bytes += part.size();
    if (!file->is_standard_output()) progress.show("exported " + std::to_string(bytes / 1'024) + " KiB");
  };
  std::string nothing;
  const int code = line.fetch(call, nothing);
  if (code != kDone) return code;
  // No lead matched, and there is not even a heading.
  if (!file) file.emplace(choice.output);
  file->finish();
  return kDone;
}

int export_person(const CommandLine& line, const ExportChoice& choice) {
  std::string answer;
  const int code = line.fetch({.method = "POST",
                               .path = {"exports"},
                               .query = {},
                               .body = reason_body(choice.reason, {{"email", choice.person}})},
                              answer);
  if (code != kDone) return code;
  const auto data = Json::parse(answer);
  OutputFile file(choice.output);
  file.write(data.dump(2) + "\n");
  file.finish();
  if (!file.is_standard_output()) {
    print(leads(data["leads"].size()) + " of " + choice.person + ": " + choice.output + "\n");
  }
  return kDone;
}

}  // namespace

void add_leads_export(CommandLine& line, CLI::App& leads) {
  const auto choice = std::make_shared<ExportChoice>();
  auto& command = line.add("export",
                           "Writes all leads that match, the newest first, as CSV or as a line of JSON for "
                           "each; or everything that is kept of one person, as JSON.",
                           "  leadspool leads export --output leads.csv\n"
                           "  leadspool leads export --format ndjson --state dead | jq .email\n"
                           "  leadspool leads export --person anna@contoso.com --output anna.json --reason "
                           "'she asked for it'",
                           &leads);
  line.add_config_option(command);
  choice->filters.add_to(command);
  auto* const format =
      command.add_option("--format", choice->format, "csv, or ndjson: a line of JSON for each lead");
  format->check(CLI::IsMember({"csv", "ndjson"}))->capture_default_str();
  command
      .add_option("--output", choice->output,
                  "A file, for this user alone; one of that name is replaced (default: standard output)")
      ->type_name("FILE")
      ->check(why_no_text);
  auto* const person =
      command.add_option("--person", choice->person, "All data of the person with this e-mail address");
  person->type_name("EMAIL")->check(why_no_text)->excludes(format);
  for (const auto& name : LeadFilters::names()) person->excludes(command.get_option("--" + name));
  command.add_option("--reason", choice->reason, "With --person: why, for the leads' histories")
      ->type_name("TEXT")
      ->needs(person);
  line.on_call(command, [&line, choice] {
    return choice->person.empty() ? export_many(line, *choice) : export_person(line, *choice);
  });
}

}  // namespace leadspool::app

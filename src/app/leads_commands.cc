#include "app/leads_commands.h"

#include <iostream>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <variant>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/lead_correction_commands.h"
#include "app/lead_erase_command.h"
#include "app/lead_export_command.h"
#include "app/lead_list_command.h"
#include "app/lead_page.h"
#include "app/redrives_commands.h"
#include "app/terminal.h"
#include "app/text_file.h"
#include "base/utf8.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

struct Revision {
  std::string id;
  std::vector<std::string> changes;  // "email=a@b.example"
  std::string payload_file;
  std::string reason;
  bool redrive = false;
};

CLI::App& add_with_id(CommandLine& line, CLI::App& leads, std::string& id, const std::string& name,
                      const std::string& sentence, const std::string& example_end) {
  auto& command =
      line.add(name, sentence,
               "  leadspool leads " + name + " 01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f" + example_end, &leads);
  line.add_config_option(command);
  command.add_option("ID", id, "The lead's id")->required();
  return command;
}

// With the destinations, which tell why a delivery waits.
int show(const CommandLine& line, const std::string& id) {
  std::string lead;
  const int code = line.fetch({.method = "GET", .path = {"leads", id}, .query = {}, .body = {}}, lead);
  if (code != kDone) return code;
  std::string destinations;
  if (!line.json()) {
    const int asked =
        line.fetch({.method = "GET", .path = {"destinations"}, .query = {}, .body = {}}, destinations);
    if (asked != kDone) return asked;
  }
  return line.report({200, lead}, [&](const std::string& json) {
    print(lead_page_text(json, destinations, output_width()));
  });
}

void add_show(CommandLine& line, CLI::App& leads) {
  const auto id = std::make_shared<std::string>();
  auto& command = add_with_id(line, leads, *id, "show", "Shows a lead with its whole history.", "");
  line.add_json_option(command);
  line.on_call(command, [&line, id] { return show(line, *id); });
}

void add_payload(CommandLine& line, CLI::App& leads) {
  const auto id = std::make_shared<std::string>();
  const auto revision = std::make_shared<int>(0);
  auto& command = add_with_id(line, leads, *id, "payload", "Prints a lead's body, byte for byte as it came.",
                              " > lead.json");
  command
      .add_option("--revision", *revision,
                  "The body that this revision brought, instead of the one that came")
      ->type_name("N")
      ->check(CLI::Range(1, std::numeric_limits<int>::max()));
  line.on_call(command, [&line, id, revision] {
    AdminCall call{.method = "GET", .path = {"leads", *id, "payload"}, .query = {}, .body = {}};
    if (*revision > 0) call.query.emplace_back("revision", std::to_string(*revision));
    return line.call(call, [](const std::string& bytes) { print(bytes); });
  });
}

// Nothing, after a complaint, where the file cannot be read. JSON takes no other text than UTF-8, and bytes
// that were replaced on the way would be a body that nobody gave.
std::optional<std::string> read_payload(const std::string& file) {
  std::variant<std::string, UnreadableFile> content;
  if (file == "-") {
    content = std::string(std::istreambuf_iterator<char>(std::cin), {});
  } else {
    content = read_text_file(file);
  }
  if (const auto* unreadable = std::get_if<UnreadableFile>(&content)) {
    complain("the new body, " + file + ", " + unreadable->reason);
    return std::nullopt;
  }
  auto& payload = std::get<std::string>(content);
  if (const auto byte = find_invalid_utf8(payload)) {
    complain("the new body is not UTF-8: look at byte " + std::to_string(*byte + 1));
    return std::nullopt;
  }
  return std::move(payload);
}

// Empty: `text` is "field=value", where the value may be empty.
std::string why_no_change(const std::string& text) {
  const auto equals = text.find('=');
  const bool has_field = equals != std::string::npos && equals > 0;
  if (!has_field) return "not a change like email=someone@contoso.com: " + text;
  return find_invalid_utf8(text) ? "not UTF-8: " + text.substr(0, equals) : std::string{};
}

int revise(const CommandLine& line, const Revision& revision) {
  Json body = Json::object();
  for (const auto& change : revision.changes) {
    const auto equals = change.find('=');
    const auto field = change.substr(0, equals);
    if (!body["changes"].emplace(field, change.substr(equals + 1)).second) {
      complain("--set gives " + field + " more than once");
      return kUsage;
    }
  }
  if (!revision.payload_file.empty()) {
    auto payload = read_payload(revision.payload_file);
    if (!payload) return kFailed;
    body["payload"] = std::move(*payload);
  }
  if (!revision.reason.empty()) body["reason"] = revision.reason;
  if (revision.redrive) body["redrive"] = true;
  return line.call({.method = "POST",
                    .path = {"leads", revision.id, "revisions"},
                    .query = {},
                    .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)},
                   [](const std::string& json) { print(revised_text(json)); });
}

void add_revise(CommandLine& line, CLI::App& leads) {
  const auto revision = std::make_shared<Revision>();
  auto& command = line.add(
      "revise",
      "Corrects a lead's fields; what is delivered is the latest revision, and the body that came stays. A "
      "quarantined lead becomes readable so, and a lead without deliveries gets them.",
      "  leadspool leads revise 01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f --set email=someone@contoso.com\n"
      "  leadspool leads revise 01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f --set company=Contoso --set phone= "
      "--redrive --reason 'asked by phone'\n"
      "  leadspool leads payload 01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f > lead.json\n"
      "  leadspool leads revise 01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f --payload lead.json",
      &leads);
  line.add_config_option(command);
  line.add_json_option(command);
  command.add_option("ID", revision->id, "The lead's id")->required();
  command
      .add_option("--set", revision->changes,
                  "A field's new value, may be given again; nothing after = blanks it")
      ->type_name("FIELD=VALUE")
      ->allow_extra_args(false)
      ->check(why_no_change);
  command
      .add_option("--payload", revision->payload_file,
                  "A new body in place of the one that came; - is standard input")
      ->type_name("FILE");
  command.add_option("--reason", revision->reason, "Why, for the lead's history")->type_name("TEXT");
  command.add_flag("--redrive", revision->redrive, "Also try the lead's dead deliveries again");
  line.on_call(command, [&line, revision] { return revise(line, *revision); });
}

}  // namespace

void add_leads_commands(CommandLine& line) {
  auto& leads = line.add("leads", "Looks at stored leads, corrects them and their deliveries.",
                         "  leadspool leads list\n  leadspool leads list --q anna@contoso.com");
  leads.require_subcommand(1);
  add_leads_list(line, leads);
  add_show(line, leads);
  add_payload(line, leads);
  add_leads_export(line, leads);
  add_leads_redrive(line, leads);
  add_lead_corrections(line, leads);
  add_revise(line, leads);
  add_leads_erase(line, leads);
}

}  // namespace leadspool::app

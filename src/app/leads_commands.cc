#include "app/leads_commands.h"

#include <iostream>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <variant>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/lead_page.h"
#include "app/redrives_commands.h"
#include "app/text_file.h"
#include "base/utf8.h"
#include "lead/delivery.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

struct Correction {
  std::string id;
  std::string destination;
  std::string reason;
};

struct Revision {
  std::string id;
  std::vector<std::string> changes;  // "email=a@b.example"
  std::string payload_file;
  std::string reason;
  bool redrive = false;
};

void add_list(CommandLine& line, CLI::App& leads) {
  auto& command =
      line.add("list", "Lists leads, the newest first.",
               "  leadspool leads list --state dead\n"
               "  leadspool leads list --unrouted\n"
               "  leadspool leads list --source marketplace --from 2026-11-01T00:00:00Z --limit 500",
               &leads);
  line.add_config_option(command);
  line.add_json_option(command);
  const std::pair<const char*, const char*> filters[] = {
      {"state", "Of a delivery: pending, claimed, delivered, dead, held, discarded"},
      {"destination", "Name of a destination"},
      {"cause", "Why the delivery died"},
      {"source", "Name of a source"},
      {"disposition", "deliver, test, do_not_contact, duplicate, probe, quarantined"},
      {"from", "Received at or after this time (RFC 3339)"},
      {"to", "Received before this time (RFC 3339)"},
      {"limit", "How many, 1 to 500 (default 50)"},
      {"cursor", "Where the page before ended"}};
  const auto values = std::make_shared<std::map<std::string, std::string>>();
  for (const auto& [name, sentence] : filters) {
    command.add_option(std::string("--") + name, (*values)[name], sentence);
  }
  command.get_option("--limit")->check(CLI::Range(1, 500));
  std::vector<std::string> states;
  for (const auto state : kStates) states.emplace_back(to_string(state));
  command.get_option("--state")->check(CLI::IsMember(states));
  for (const auto* name : {"--from", "--to"}) command.get_option(name)->check(why_no_time);
  const auto unrouted = std::make_shared<bool>(false);
  command.add_flag("--unrouted", *unrouted, "Only leads that no destination wants");
  line.on_call(command, [&line, values, unrouted] {
    AdminCall call{.method = "GET", .path = {"leads"}, .query = {}, .body = {}};
    for (const auto& [name, value] : *values) {
      if (!value.empty()) call.query.emplace_back(name, value);
    }
    if (*unrouted) call.query.emplace_back("unrouted", "true");
    return line.call(call, [](const std::string& json) { print(lead_list_text(json)); });
  });
}

CLI::App& add_with_id(CommandLine& line, CLI::App& leads, std::string& id, const std::string& name,
                      const std::string& sentence, const std::string& example_end) {
  auto& command =
      line.add(name, sentence,
               "  leadspool leads " + name + " 01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f" + example_end, &leads);
  line.add_config_option(command);
  command.add_option("ID", id, "The lead's id")->required();
  return command;
}

void add_show(CommandLine& line, CLI::App& leads) {
  const auto id = std::make_shared<std::string>();
  auto& command = add_with_id(line, leads, *id, "show", "Shows a lead with its whole history.", "");
  line.add_json_option(command);
  line.on_call(command, [&line, id] {
    return line.call({.method = "GET", .path = {"leads", *id}, .query = {}, .body = {}},
                     [](const std::string& json) { print(lead_page_text(json)); });
  });
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

void add_correction(CommandLine& line, CLI::App& leads, const std::string& name,
                    const std::string& sentence) {
  const auto correction = std::make_shared<Correction>();
  auto& command = add_with_id(line, leads, correction->id, name, sentence,
                              " --destination crm --reason 'the field was added'");
  line.add_json_option(command);
  command
      .add_option("--destination", correction->destination,
                  "Only the delivery to this one (default: all of them)")
      ->type_name("NAME");
  command.add_option("--reason", correction->reason, "Why, for the lead's history")->type_name("TEXT");
  line.on_call(command, [&line, name, correction] {
    Json body = Json::object();
    if (!correction->destination.empty()) body["destination"] = correction->destination;
    if (!correction->reason.empty()) body["reason"] = correction->reason;
    return line.call({.method = "POST",
                      .path = {"leads", correction->id, name},
                      .query = {},
                      .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)},
                     [](const std::string& json) { print(corrected_text(json)); });
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
                         "  leadspool leads list");
  leads.require_subcommand(1);
  add_list(line, leads);
  add_show(line, leads);
  add_payload(line, leads);
  add_leads_redrive(line, leads);
  add_correction(line, leads, "release", "Lets held deliveries of a lead go out.");
  add_correction(
      line, leads, "discard",
      "Gives up deliveries of a lead that are pending, held or dead, or a lead that no destination wants.");
  add_revise(line, leads);
}

}  // namespace leadspool::app

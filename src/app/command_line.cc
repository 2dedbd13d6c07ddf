#include "app/command_line.h"

#include <cstdio>
#include <filesystem>
#include <optional>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/service.h"
#include "base/time.h"

namespace leadspool::app {
namespace {

constexpr const char* kUsualPlaces[] = {"leadspool.toml", "/etc/leadspool/leadspool.toml"};

std::optional<std::string> find_config(const std::string& given) {
  if (!given.empty()) return given;
  for (const auto* place : kUsualPlaces) {
    std::error_code ignored;
    if (std::filesystem::exists(place, ignored)) return place;
  }
  return std::nullopt;
}

int complain_of_no_config() {
  complain(
      "there is no configuration: neither ./leadspool.toml nor /etc/leadspool/leadspool.toml exists; name "
      "one with --config FILE, or make one with `leadspool init DIR`");
  return kBadConfig;
}

int complain_of(const std::vector<ConfigError>& errors) {
  for (const auto& error : errors) complain(to_string(error));
  return kBadConfig;
}

// What an error answer says to a person, who knows a parameter of the query as an option.
std::string message_of(const AdminReply& reply) {
  const auto json = nlohmann::json::parse(reply.body, nullptr, false);
  if (!json.is_object() || !json.contains("error")) {
    return "the admin API answered with status " + std::to_string(reply.status);
  }
  auto message = json["error"].value("message", "");
  const auto parameter = json["error"].value("parameter", "");
  const auto place = message.find("\"" + parameter + "\"");
  if (parameter.empty() || place == std::string::npos) return message;
  return message.replace(place, parameter.size() + 2, "--" + parameter);
}

}  // namespace

CLI::App& CommandLine::add(std::string_view name, std::string_view sentence, std::string_view examples,
                           CLI::App* parent) {
  auto* command =
      (parent != nullptr ? parent : &app_)->add_subcommand(std::string(name), std::string(sentence));
  if (!examples.empty()) command->footer("Examples:\n" + std::string(examples));
  return *command;
}

void CommandLine::on_call(CLI::App& command, std::function<int()> run) {
  command.callback([this, run = std::move(run)] { chosen_ = run; });
}

void CommandLine::add_config_option(CLI::App& command) {
  command
      .add_option("--config", config_path_,
                  "The configuration (default: ./leadspool.toml, then /etc/leadspool/leadspool.toml)")
      ->type_name("FILE");
}

void CommandLine::add_json_option(CLI::App& command) {
  command.add_flag("--json", json_, "Print JSON for programs instead of text for people");
}

int CommandLine::with_config(Secrets secrets, const std::function<int(Config)>& run,
                             const std::function<void(const std::vector<ConfigError>&)>& on_mistakes) const {
  const auto path = find_config(config_path_);
  if (!path) return complain_of_no_config();
  auto reading = read_config(*path, secrets);
  if (auto* config = std::get_if<Config>(&reading)) return run(std::move(*config));
  const auto& mistakes = std::get<std::vector<ConfigError>>(reading);
  if (!on_mistakes) return complain_of(mistakes);
  on_mistakes(mistakes);
  return kBadConfig;
}

int CommandLine::ask(const AdminCall& call, const std::function<int(const AdminReply&)>& then,
                     Secrets secrets) const {
  const auto path = find_config(config_path_);
  if (!path) return complain_of_no_config();
  const auto reading = read_config(*path, secrets);
  if (const auto* config = std::get_if<Config>(&reading)) return then(call_admin(*config, call));
  const auto store = read_store_config(*path);
  const auto reply = store ? app::ask_service(*store, call) : std::nullopt;
  return reply ? then(*reply) : complain_of(std::get<std::vector<ConfigError>>(reading));
}

int CommandLine::ask_service(const AdminCall& call, const std::function<int(const AdminReply&)>& then) const {
  const auto path = find_config(config_path_);
  if (!path) return complain_of_no_config();
  const auto store = read_store_config(*path);
  if (!store) return with_config(Secrets::leave, [](const Config&) { return kBadConfig; });
  if (const auto reply = app::ask_service(*store, call)) return then(*reply);
  complain("no service answers on " + admin_socket(*store) +
           ": start it; or, if [store] path was changed while it runs, restart it");
  return kFailed;
}

int CommandLine::fetch(const AdminCall& call, std::string& body) const {
  return ask(call, [&](const AdminReply& reply) -> int {
    if (!reply.is_good()) return report(reply, nullptr);
    body = reply.body;
    return kDone;
  });
}

int CommandLine::call(const AdminCall& call, const Show& show, Secrets secrets) const {
  return ask(call, [&](const AdminReply& reply) { return report(reply, show); }, secrets);
}

int CommandLine::report(const AdminReply& reply, const Show& show) const {
  const bool good = reply.is_good();
  if (json_) {
    print(reply.body + "\n");
  } else if (good) {
    show(reply.body);
  } else {
    complain(message_of(reply));
  }
  return good ? kDone : kFailed;
}

std::string why_no_name(const std::string& text) {
  const bool good = !text.empty() && text.size() <= 64 &&
                    text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  return good ? "" : "must be 1 to 64 small letters, digits and dashes";
}

std::string why_no_text(const std::string& text) { return text.empty() ? "must not be empty" : ""; }

std::string reason_body(const std::string& reason,
                        const std::vector<std::pair<std::string, std::string>>& texts) {
  auto body = nlohmann::json::object();
  for (const auto& [name, text] : texts) body[name] = text;
  if (!reason.empty()) body["reason"] = reason;
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string why_no_time(const std::string& text) {
  return from_rfc3339(text) ? std::string{} : "not a time like 2026-11-01T00:00:00Z: " + text;
}

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw std::runtime_error("cannot write to standard output");
  }
}

void complain(std::string_view sentence) {
  std::fprintf(stderr, "leadspool: %.*s\n", static_cast<int>(sentence.size()), sentence.data());
}

}  // namespace leadspool::app

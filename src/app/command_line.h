// What the commands share: how they are declared, the options --config and --json, exit codes, output.
//
// Each family of commands has a file of its own with one add_..._commands(CommandLine&), which declares them;
// run_cli() (cli.h) then runs the one that was called.
//
// Thread-safety: main's thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/admin_call.h"
#include "app/config.h"

namespace CLI {
class App;
}

namespace leadspool::app {

// A contract with scripts.
enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2, kBadConfig = 3 };

class CommandLine {
 public:
  // Prints an answer's JSON for a person.
  using Show = std::function<void(const std::string& json)>;

  explicit CommandLine(CLI::App& app) : app_(app) {}

  // Declares a command below `parent`, or at the top. `examples` follow its --help, one a line.
  CLI::App& add(std::string_view name, std::string_view sentence, std::string_view examples,
                CLI::App* parent = nullptr);

  // `run` gives the exit code when `command` is the one that was called.
  void on_call(CLI::App& command, std::function<int()> run);

  void add_config_option(CLI::App& command);
  void add_json_option(CLI::App& command);

  [[nodiscard]] bool json() const { return json_; }

  // All that was declared.
  [[nodiscard]] const CLI::App& root() const { return app_; }

  // Reads the configuration and calls `run` with it; prints what is wrong with it otherwise, or gives that to
  // `on_mistakes`.
  [[nodiscard]] int with_config(
      Secrets secrets, const std::function<int(Config)>& run,
      const std::function<void(const std::vector<ConfigError>&)>& on_mistakes = nullptr) const;

  // Makes one admin API call and gives the answer to `then`, whose exit code is the result. A configuration
  // with mistakes is no matter as long as a service answers beside its store: that one has a better one. A
  // call that needs the destinations' secrets without a service has them read.
  [[nodiscard]] int ask(const AdminCall& call, const std::function<int(const AdminReply&)>& then,
                        Secrets secrets = Secrets::leave) const;

  // ask() of a service that runs, and of nobody else.
  [[nodiscard]] int ask_service(const AdminCall& call,
                                const std::function<int(const AdminReply&)>& then) const;

  // As ask(); a good answer's body goes to `body`, any other is report()ed.
  [[nodiscard]] int fetch(const AdminCall& call, std::string& body) const;

  // As ask(), and report()s what came back.
  [[nodiscard]] int call(const AdminCall& call, const Show& show, Secrets secrets = Secrets::leave) const;

  // With --json the answer's JSON goes to standard output as it is. Otherwise a good answer goes to `show`,
  // and an error's message to standard error.
  [[nodiscard]] int report(const AdminReply& reply, const Show& show) const;

  // Runs what was called.
  [[nodiscard]] int run() const { return chosen_(); }

 private:
  CLI::App& app_;
  std::string config_path_;
  bool json_ = false;
  std::function<int()> chosen_;
};

// Of an option's value: empty for a time in RFC 3339.
[[nodiscard]] std::string why_no_time(const std::string& text);
// The same for the name of a source or a token.
[[nodiscard]] std::string why_no_name(const std::string& text);
// The same for anything but nothing: the unset variable of a script must not mean "all".
[[nodiscard]] std::string why_no_text(const std::string& text);

// {"reason": "..."}, or {} without one: the body of a change, with more members beside. JSON.
[[nodiscard]] std::string reason_body(const std::string& reason,
                                      const std::vector<std::pair<std::string, std::string>>& texts = {});

// To standard output, which must take all of it; throws std::runtime_error when it does not.
void print(std::string_view text);

// "leadspool: <sentence>" to standard error.
void complain(std::string_view sentence);

}  // namespace leadspool::app

#include "app/check_config.h"

#include "app/file_rights.h"

namespace leadspool::app {
namespace {

std::string mend_of(const ConfigError& error) {
  return error.mend.empty() ? "edit line " + std::to_string(error.line) + " of " + error.file : error.mend;
}

// Without the mend, which stands apart.
std::string what_of(ConfigError error) {
  error.mend.clear();
  return to_string(error);
}

void check_user(const CheckScope& scope, Findings& findings) {
  if (scope.can_judge_for_service()) return;
  findings.warn("user",
                "this runs as " + scope.we.name + ", and the store's folder belongs to " +
                    scope.service.name + ": what that user may read and write cannot be judged",
                "sudo " + our_command(scope, "check"));
}

void check_admin_tokens(const CheckScope& scope, Findings& findings) {
  if (!scope.config.admin.tokens.empty()) return;
  findings.warn("admin_token", "no token opens the admin listener " + to_string(scope.config.admin.listen),
                our_command(scope, "token admin") + " makes one, and prints the lines for the file");
}

void check_alert(const CheckScope& scope, Findings& findings) {
  const auto& alert = scope.config.alert;
  if (alert.webhook || alert.mail) {
    findings.ok("alert",
                "people are told of trouble; `" + our_command(scope, "alert test") + "` sends a test notice");
    return;
  }
  findings.warn("alert", "nobody is told of trouble: [alert] names neither a webhook nor an e-mail address",
                "set [alert] webhook, or email and smtp," + in_the_file(scope));
}

}  // namespace

void tell_mistakes(const std::vector<ConfigError>& mistakes, Findings& findings) {
  for (const auto& each : mistakes) findings.fail("config", what_of(each), mend_of(each));
}

void tell_hidden_secrets(const std::vector<ConfigError>& mistakes, Findings& findings) {
  for (const auto& each : mistakes) {
    findings.warn("secret_file", what_of(each),
                  mend_of(each) +
                      ", unless the service has it from its environment, as its own tests of the "
                      "destinations show");
  }
}

void check_config(const CheckScope& scope, Findings& findings) {
  findings.ok("config", "configuration " + scope.config.file);
  for (const auto& warning : scope.config.warnings) {
    // Told below, with the files.
    if (warning.mend.empty()) findings.warn("config", what_of(warning), mend_of(warning));
  }
  check_user(scope, findings);
  check_readable(scope, "config", scope.config.file, findings);
  for (const auto& file : scope.config.secret_files) check_private(scope, "secret_file", file, findings);
  check_admin_tokens(scope, findings);
  check_alert(scope, findings);
}

}  // namespace leadspool::app

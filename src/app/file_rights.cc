#include "app/file_rights.h"

#include <chrono>
#include <filesystem>
#include <optional>

#include <sys/stat.h>
#include <unistd.h>

#include "app/look_aside.h"
#include "app/shell_word.h"

namespace leadspool::app {
namespace {

constexpr std::chrono::seconds kPatience{10};

// nullopt: that is not ours to see.
std::optional<bool> may_service_read(const CheckScope& scope, const std::string& file) {
  if (!scope.can_judge_for_service()) return std::nullopt;
  // access() goes by the real user, whom a child that became another has changed too.
  const auto said = look_aside(scope.service, kPatience,
                               [&] { return std::string(access(file.c_str(), R_OK) == 0 ? "yes" : "no"); });
  if (!said || said->empty()) return std::nullopt;
  return *said == "yes";
}

}  // namespace

void check_readable(const CheckScope& scope, const std::string& name, const std::string& file,
                    Findings& findings) {
  std::error_code failure;
  if (!std::filesystem::exists(file, failure)) return;
  if (may_service_read(scope, file).value_or(true)) return;
  const std::string quoted = shell_word(file);
  findings.fail(name, "the user " + scope.service.name + ", as whom the service runs, may not read " + file,
                "chgrp " + std::to_string(scope.service.gid) + " " + quoted + " && chmod g+r " + quoted);
}

void check_private(const CheckScope& scope, const std::string& name, const std::string& file,
                   Findings& findings) {
  if (others_may_read(file)) {
    findings.warn(name, "every user may read " + file, "chmod o-rwx " + shell_word(file));
  } else {
    check_readable(scope, name, file, findings);
  }
}

bool others_may_read(const std::string& file) {
  struct stat status{};
  return stat(file.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0;
}

}  // namespace leadspool::app

#include "app/check_scope.h"

#include "app/shell_word.h"

namespace leadspool::app {

std::string our_command(const CheckScope& scope, const std::string& words) {
  return "leadspool " + words + " --config " + shell_word(scope.config.file);
}

std::string in_the_file(const CheckScope& scope) {
  return " in " + scope.config.file + (scope.running ? ", then: " + our_command(scope, "reload") : "");
}

}  // namespace leadspool::app

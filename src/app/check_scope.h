// What the checks of `leadspool check` go by.
//
// Each topic is a file check_<topic>.{h,cc} with functions that look at one thing and add what they found;
// none throws for what it finds, and none takes for ever.
//
// Thread-safety: values.
#pragma once

#include <optional>
#include <string>

#include "app/account.h"
#include "app/config.h"
#include "base/clock.h"

namespace leadspool::app {

struct CheckScope {
  const Config& config;
  const Clock& clock;
  Account we;            // who runs the command
  Account service;       // who runs the service: whom the store's folder belongs to
  bool running = false;  // the service answers
  bool silent = false;   // it runs, and does not answer
  // Not: what calls another machine, or ourselves by way of one, is left out.
  bool calls_out = true;

  // Whether we can find out what the service's user may do.
  [[nodiscard]] bool can_judge_for_service() const { return we.is_root() || we.uid == service.uid; }
  // Who looks at files: the service's user, where we may be that one.
  [[nodiscard]] const Account& looker() const { return can_judge_for_service() ? service : we; }
};

// "leadspool <words> --config FILE", to be copied.
[[nodiscard]] std::string our_command(const CheckScope& scope, const std::string& words);

// "set [section] key in FILE" and the like begin so: " in /etc/leadspool/leadspool.toml, then: leadspool
// reload".
[[nodiscard]] std::string in_the_file(const CheckScope& scope);

}  // namespace leadspool::app

// Looking at files in a child process: as the user that the service runs as, and so that a disk that hangs
// holds up nobody but the child.
//
// Thread-safety: to be called while this process has one thread, since it forks.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "app/account.h"

namespace leadspool::app {

// What `look` says, called in a child that has become `account` if that is another than ours. nullopt: it had
// not ended after `longest`, and was left to itself. Empty where it threw, or was not let become that user.
// Throws std::runtime_error when the system makes no child.
[[nodiscard]] std::optional<std::string> look_aside(const Account& account, std::chrono::milliseconds longest,
                                                    const std::function<std::string()>& look);

}  // namespace leadspool::app

// Users of this machine: who runs this program, and whom a file belongs to.
//
// Thread-safety: one thread at a time (the system's list of users is read).
#pragma once

#include <optional>
#include <string>

#include <sys/types.h>

namespace leadspool::app {

struct Account {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;  // its number where it has no name

  [[nodiscard]] bool is_root() const { return uid == 0; }
};

[[nodiscard]] Account this_account();

// nullopt: there is no such file, or it cannot be looked at.
[[nodiscard]] std::optional<Account> owner_of(const std::string& path);

[[nodiscard]] bool is_account(const std::string& name);

// For good, as far as this process is concerned; whether the system granted it.
[[nodiscard]] bool become(const Account& account);

}  // namespace leadspool::app

// Who may call the admin API, and what they may do.
//
// Thread-safety: values.
#pragma once

#include <string>
#include <string_view>

#include "base/digest.h"

namespace leadspool::admin {

enum class Role {
  read,     // look at everything
  operate,  // and change it
};

[[nodiscard]] constexpr std::string_view to_string(Role role) {
  return role == Role::read ? "read" : "operate";
}

struct AdminToken {
  std::string name;  // whom audit rows name
  Sha256 sha256;
  Role role = Role::operate;
};

}  // namespace leadspool::admin

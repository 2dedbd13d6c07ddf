// Who listens on a TCP port of this machine, as far as this user may see.
//
// Thread-safety: any thread.
#pragma once

#include <optional>
#include <string>

#include <sys/types.h>

namespace leadspool::app {

struct PortHolder {
  pid_t pid = 0;
  std::string name;  // of its program: "nginx"
};

// nullopt: nobody, or somebody whose open files are not ours to see.
[[nodiscard]] std::optional<PortHolder> port_holder(int port);

}  // namespace leadspool::app

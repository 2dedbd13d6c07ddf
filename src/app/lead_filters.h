// The options that choose leads, the same for every command that takes many: --state, --q and the like.
//
// An option that is given must have a value: the unset variable of a script must not mean "all".
//
// Thread-safety: main's thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace CLI {
class App;
}

namespace leadspool::app {

class LeadFilters {
 public:
  // Adds the options to `command`, which this outlives, but for those named in `without`.
  void add_to(CLI::App& command, const std::vector<std::string_view>& without = {});

  // Those that were given, as parameters of GET /api/v1/leads.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> query() const;

  // The names of all options, without the dashes.
  [[nodiscard]] static std::vector<std::string> names();

 private:
  std::map<std::string, std::string> values_;
  bool unrouted_ = false;
};

}  // namespace leadspool::app

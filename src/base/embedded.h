// Files that the build put into the program (see leadspool_embed in CMakeLists.txt). Each user declares
// its own set beside its use: `namespace leadspool::embedded { const std::vector<File>& migrations(); }`.
#pragma once

#include <string_view>
#include <vector>

namespace leadspool::embedded {

struct File {
  std::string_view name;  // without folders
  std::string_view text;
};

}  // namespace leadspool::embedded

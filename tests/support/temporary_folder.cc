#include "support/temporary_folder.h"

#include <stdlib.h>

#include "base/check.h"

namespace leadspool::test {

TemporaryFolder::TemporaryFolder() {
  std::string pattern = std::filesystem::temp_directory_path() / "leadspool-test-XXXXXX";
  const char* made = mkdtemp(pattern.data());
  CHECK(made != nullptr);
  path_ = made;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace leadspool::test

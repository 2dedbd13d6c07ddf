// Reading a whole file.
//
// Thread-safety: any thread.
#pragma once

#include <string>
#include <variant>

namespace leadspool::app {

struct UnreadableFile {
  std::string reason;  // to stand after the path: "does not exist"
};

[[nodiscard]] std::variant<std::string, UnreadableFile> read_text_file(const std::string& path);

}  // namespace leadspool::app

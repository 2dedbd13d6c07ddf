// Reading a whole file.
//
// Thread-safety: any thread.
#pragma once

#include <cstddef>
#include <string>
#include <variant>

namespace leadspool::app {

struct UnreadableFile {
  std::string reason;  // to stand after the path: "does not exist"
};

// A pipe is waited for, and read like a file.
[[nodiscard]] std::variant<std::string, UnreadableFile> read_text_file(const std::string& path);

// The same of a common file of at most `most_bytes`, and of nothing else: where others wait meanwhile.
[[nodiscard]] std::variant<std::string, UnreadableFile> read_short_file(const std::string& path,
                                                                        std::size_t most_bytes);

}  // namespace leadspool::app

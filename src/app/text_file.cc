#include "app/text_file.h"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace leadspool::app {

std::variant<std::string, UnreadableFile> read_text_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  std::error_code unknown;
  // A folder opens, but gives nothing; a pipe is read like a file.
  const bool has_text = file && !std::filesystem::is_directory(path, unknown);
  if (has_text && (file.peek() == std::ifstream::traits_type::eof() || content << file.rdbuf())) {
    return content.str();
  }
  return UnreadableFile{std::filesystem::exists(path, unknown)
                            ? "cannot be read by this user, or is not a file"
                            : "does not exist"};
}

}  // namespace leadspool::app

#include "app/text_file.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace leadspool::app {
namespace {

UnreadableFile why_unreadable(const std::string& path) {
  std::error_code unknown;
  return {std::filesystem::exists(path, unknown) ? "cannot be read by this user, or is not a file"
                                                 : "does not exist"};
}

}  // namespace

std::variant<std::string, UnreadableFile> read_text_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  std::error_code unknown;
  // A folder opens, but gives nothing; a pipe is read like a file.
  const bool has_text = file && !std::filesystem::is_directory(path, unknown);
  if (has_text && (file.peek() == std::ifstream::traits_type::eof() || content << file.rdbuf())) {
    return content.str();
  }
  return why_unreadable(path);
}

std::variant<std::string, UnreadableFile> read_short_file(const std::string& path, std::size_t most_bytes) {
  const int file = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return why_unreadable(path);
  struct stat status{};
  std::string text;
  ssize_t length = -1;
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
    std::array<char, 4'096> piece{};
    while (text.size() <= most_bytes && (length = read(file, piece.data(), piece.size())) > 0) {
      text.append(piece.data(), static_cast<std::size_t>(length));
    }
  }
  close(file);
  if (length < 0) return why_unreadable(path);
  if (text.size() > most_bytes) return UnreadableFile{"is too long"};
  return text;
}

}  // namespace leadspool::app

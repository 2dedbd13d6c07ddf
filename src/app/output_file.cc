#include "app/output_file.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "app/command_line.h"
#include "outbox/store_files.h"

namespace leadspool::app {

OutputFile::OutputFile(std::string path) : path_(path == "-" ? "" : std::move(path)) {
  if (is_standard_output()) return;
  auto name = path_ + ".part-XXXXXX";
  const int fd = mkstemp(name.data());
  if (fd < 0) fail(errno);
  close(fd);
  partial_path_ = name;
  file_.open(partial_path_, std::ios::binary | std::ios::trunc);
  if (!file_) fail(errno);
}

OutputFile::~OutputFile() {
  std::error_code ignored;
  if (!is_standard_output()) std::filesystem::remove(partial_path_, ignored);
}

void OutputFile::write(std::string_view part) {
  if (is_standard_output()) {
    print(part);
  } else if (!file_.write(part.data(), static_cast<std::streamsize>(part.size()))) {
    fail(errno);
  }
}

void OutputFile::sync() {
  if (!file_.flush()) fail(errno);
  outbox::sync_file(partial_path_);
}

void OutputFile::close_whole() {
  file_.close();
  if (!file_) fail(errno);
}

void OutputFile::finish() {
  if (is_standard_output()) return;
  close_whole();
  if (rename(partial_path_.c_str(), path_.c_str()) != 0) fail(errno);
}

bool OutputFile::finish_as_new() {
  close_whole();
  if (renameat2(AT_FDCWD, partial_path_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno == EEXIST) return false;
  // A file system that cannot tell.
  if (errno != EINVAL && errno != ENOSYS) fail(errno);
  if (std::filesystem::exists(path_)) return false;
  if (rename(partial_path_.c_str(), path_.c_str()) != 0) fail(errno);
  return true;
}

void OutputFile::fail(int error) const {
  throw std::runtime_error("cannot write " + path_ + ": " + std::strerror(error));
}

}  // namespace leadspool::app

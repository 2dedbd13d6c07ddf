#include "app/output_file.h"

#include <filesystem>
#include <stdexcept>
#include <utility>

#include "app/command_line.h"
#include "outbox/store_files.h"

namespace leadspool::app {

OutputFile::OutputFile(std::string path)
    : path_(path == "-" ? "" : std::move(path)), partial_path_(path_.empty() ? "" : path_ + ".part") {
  if (is_standard_output()) return;
  file_.open(partial_path_, std::ios::binary | std::ios::trunc);
  if (!file_) fail();
}

OutputFile::~OutputFile() {
  std::error_code ignored;
  if (!is_standard_output()) std::filesystem::remove(partial_path_, ignored);
}

void OutputFile::write(std::string_view part) {
  if (is_standard_output()) {
    print(part);
  } else if (!file_.write(part.data(), static_cast<std::streamsize>(part.size()))) {
    fail();
  }
}

void OutputFile::sync() {
  if (!file_.flush()) fail();
  outbox::sync_file(partial_path_);
}

void OutputFile::finish() {
  if (is_standard_output()) return;
  file_.close();
  std::error_code failure;
  std::filesystem::rename(partial_path_, path_, failure);
  if (!file_ || failure) fail();
}

void OutputFile::fail() const { throw std::runtime_error("cannot write " + partial_path_); }

}  // namespace leadspool::app

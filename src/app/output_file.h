// Where a command writes what was asked for: standard output, or a file that appears under its name only when
// it is whole. For this user alone, since leads are personal data.
//
// Thread-safety: one thread.
// Errors: std::runtime_error when it cannot be written.
#pragma once

#include <fstream>
#include <string>
#include <string_view>

namespace leadspool::app {

class OutputFile {
 public:
  // Empty, or "-": standard output.
  explicit OutputFile(std::string path);
  // What is not whole is removed.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view part);

  // What was written so far is on the disk, in partial_path(). Not for standard output.
  void sync();
  [[nodiscard]] const std::string& partial_path() const { return partial_path_; }

  // All was written: it takes its name, and the place of a file that had it.
  void finish();
  // The same, but for a file that is there by now, which stays: then false. Not for standard output.
  [[nodiscard]] bool finish_as_new();

  [[nodiscard]] bool is_standard_output() const { return path_.empty(); }

 private:
  void close_whole();
  [[noreturn]] void fail(int error) const;

  const std::string path_;
  std::string partial_path_;  // a name that no other command has
  std::ofstream file_;
};

}  // namespace leadspool::app

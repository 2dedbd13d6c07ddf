// The log, as text at `info` and above, while this lives: what the process writes to standard error.
// Afterwards the log is off, as it is in all tests that do not ask for it.
//
// Thread-safety: none; the log's other threads must be at rest when it begins and ends.
#pragma once

#include <cstddef>
#include <string>

#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "support/catch.h"

namespace leadspool::test {

class CapturedLog {
 public:
  CapturedLog() : file_(tmpfile()), saved_(dup(STDERR_FILENO)) {
    REQUIRE((file_ != nullptr && saved_ >= 0));
    fflush(stderr);
    dup2(fileno(file_), STDERR_FILENO);
    set_up_log(LogLevel::info, LogFormat::text);
  }
  ~CapturedLog() {
    set_up_log(LogLevel::off, LogFormat::text);
    fflush(stderr);
    dup2(saved_, STDERR_FILENO);
    close(saved_);
    fclose(file_);
  }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;

  [[nodiscard]] std::string text() const {
    fflush(stderr);
    std::string all;
    char part[4096];
    for (off_t at = 0;; at = static_cast<off_t>(all.size())) {
      const ssize_t size = pread(fileno(file_), part, sizeof part, at);
      if (size <= 0) return all;
      all.append(part, static_cast<std::size_t>(size));
    }
  }

 private:
  FILE* file_;
  int saved_;
};

}  // namespace leadspool::test

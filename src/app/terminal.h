// The terminal a command is run in, if it is one: how wide it is, a question to the person before it, and how
// far long work has come.
//
// Thread-safety: main's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace leadspool::app {

// Characters in a line of standard output: what COLUMNS says, else the terminal; where it is none (a file, a
// pipe), kUnlimitedWidth.
[[nodiscard]] std::size_t output_width();

// Whether a person watches standard error.
[[nodiscard]] bool is_watched();

// Asks on standard error and reads a line of standard input. nullopt: nobody is there to answer.
[[nodiscard]] std::optional<bool> confirm(std::string_view question);

// A line on standard error that is written anew as work goes on, a few times a second at most; nothing where
// nobody watches.
class Progress {
 public:
  // Wipes the line.
  ~Progress();
  Progress() = default;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(const std::string& text);

 private:
  const bool watched_ = is_watched();
  const SystemClock clock_;
  std::optional<SteadyTime> shown_at_;
};

// "[#######.............]  35 %": so much of `total`; all of nothing is all.
[[nodiscard]] std::string progress_bar(std::int64_t done, std::int64_t total);

}  // namespace leadspool::app

#include "app/terminal.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

#include "app/text_table.h"

namespace leadspool::app {
namespace {

constexpr Milliseconds kBetweenLines{200};
constexpr std::int64_t kBarWidth = 24;

// Of a terminal; 0 when it is none or does not tell.
std::size_t columns_of(int descriptor) {
  winsize size{};
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void write_to_error(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

std::size_t output_width() {
  if (isatty(STDOUT_FILENO) == 0) return kUnlimitedWidth;
  if (const char* columns = std::getenv("COLUMNS")) {
    std::size_t width = 0;
    const auto* const end = columns + std::strlen(columns);
    const auto read = std::from_chars(columns, end, width);
    if (read.ec == std::errc{} && read.ptr == end && width > 0) return width;
  }
  const auto width = columns_of(STDOUT_FILENO);
  return width > 0 ? width : kUnlimitedWidth;
}

bool is_watched() { return isatty(STDERR_FILENO) != 0; }

std::optional<bool> confirm(std::string_view question) {
  if (isatty(STDIN_FILENO) == 0 || !is_watched()) return std::nullopt;
  write_to_error(std::string(question) + " [y/N] ");
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

Progress::~Progress() {
  if (shown_at_) write_to_error("\r\x1b[K");
}

void Progress::show(const std::string& text) {
  if (!watched_) return;
  const auto now = clock_.steady_now();
  if (shown_at_ && now - *shown_at_ < kBetweenLines) return;
  shown_at_ = now;
  // A line that wraps could not be wiped.
  const auto width = columns_of(STDERR_FILENO);
  write_to_error("\r\x1b[K" + shortened(text, width > 8 ? width - 1 : 79));
}

std::string progress_bar(std::int64_t done, std::int64_t total) {
  const auto share = total <= 0 ? 100 : std::clamp<std::int64_t>(done * 100 / total, 0, 100);
  const auto filled = static_cast<std::size_t>(share * kBarWidth / 100);
  std::string percent = std::to_string(share);
  percent.insert(0, 3 - percent.size(), ' ');
  return "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "] " + percent + " %";
}

}  // namespace leadspool::app

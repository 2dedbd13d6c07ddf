// Lines and tables for people to read in a terminal.
//
// What comes from outside (a lead's name, a CRM's words) may hold control characters, which a terminal would
// obey, and marks that turn the direction of what follows; they are shown as "?".
//
// Widths are counted in a terminal's cells: a Chinese character takes two, a combining mark none.
//
// Thread-safety: values and pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace leadspool::app {

inline constexpr std::size_t kUnlimitedWidth = std::numeric_limits<std::size_t>::max();

// `text` on one line, without control characters.
[[nodiscard]] std::string printable(std::string_view text);

// How many cells a printable text takes.
[[nodiscard]] std::size_t cells_of(std::string_view text);

// printable(), cut to `width` cells with "..." at its end when it is longer.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t width);

// "  name          value" and an end of line; nothing for an empty value, so that a page shows only what is
// there.
[[nodiscard]] std::string page_line(std::string name, std::string_view value);

// printable(), in lines of at most `width` cells broken at blanks, each but the first indented by `indent`;
// ends with an end of line.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

// What happens to a column when a table is wider than the terminal.
enum class Fit {
  keep,
  shorten,  // the widest first, down to a few letters
  omit,     // where shortening was not enough; the last first
};

struct Column {
  // A heading alone is a column that stays as it is.
  Column(const char* title, Fit how = Fit::keep) : heading(title), fit(how) {}  // NOLINT
  std::string heading;
  Fit fit;
};

class TextTable {
 public:
  explicit TextTable(std::vector<Column> columns);

  // As many cells as there are columns.
  void add(std::vector<std::string> cells);

  // Columns as wide as their widest cell, two spaces between them, one line a row; at most `width` cells as
  // far as that can be had.
  [[nodiscard]] std::string to_string(std::size_t width = kUnlimitedWidth) const;

 private:
  [[nodiscard]] std::vector<std::size_t> widest_cells() const;
  // Makes columns narrower until all fit; 0: it is omitted.
  void fit(std::vector<std::size_t>& widths, std::size_t width) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// "7.5 GiB", "64 KiB".
[[nodiscard]] std::string size_text(std::int64_t bytes);

// A time of the API to the second, which is what a table has room for; anything else as it is.
[[nodiscard]] std::string to_the_second(std::string time);

}  // namespace leadspool::app

// Lines and tables for people to read in a terminal.
//
// What comes from outside (a lead's name, a CRM's words) may hold control characters, which a terminal would
// obey; they are shown as "?".
//
// Thread-safety: values and pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace leadspool::app {

// `text` on one line, without control characters.
[[nodiscard]] std::string printable(std::string_view text);

// The same, cut to `width` characters with "..." at its end when it is longer.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t width);

// "  name          value" and an end of line; nothing for an empty value, so that a page shows only what is
// there.
[[nodiscard]] std::string page_line(std::string name, std::string_view value);

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> headings) : rows_{std::move(headings)} {}

  // As many cells as there are headings.
  void add(std::vector<std::string> cells);

  // Columns as wide as their widest cell, two spaces between them, one line a row.
  [[nodiscard]] std::string to_string() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace leadspool::app

#include "app/text_table.h"

#include <algorithm>

#include "base/check.h"

namespace leadspool::app {
namespace {

constexpr std::size_t kNameWidth = 14;

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are control characters too; in UTF-8 they begin with C2.
    const bool is_c1 = byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (is_c1) ++i;
    shown += byte < 0x20 || byte == 0x7f || is_c1 ? '?' : text[i];
  }
  return shown;
}

std::string shortened(std::string_view text, std::size_t width) {
  const std::string shown = printable(text);
  if (characters(shown) <= width) return shown;
  std::size_t end = 0;
  for (std::size_t kept = 0; end < shown.size(); ++end) {
    if (begins_character(shown[end]) && kept++ == width - 3) break;
  }
  return shown.substr(0, end) + "...";
}

std::string page_line(std::string name, std::string_view value) {
  if (value.empty()) return {};
  name.resize(std::max(kNameWidth, name.size() + 1), ' ');
  return "  " + name + printable(value) + "\n";
}

void TextTable::add(std::vector<std::string> cells) {
  CHECK(cells.size() == rows_.front().size());
  for (auto& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::string TextTable::to_string() const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], characters(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - characters(row[i]) + 2, ' ');
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  return text;
}

}  // namespace leadspool::app

#include "app/text_table.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cwchar>
#include <iterator>
#include <optional>
#include <utility>

#include <locale.h>

#include "base/check.h"

namespace leadspool::app {
namespace {

constexpr std::size_t kNameWidth = 14;
constexpr std::size_t kGap = 2;
// What a column is shortened to at most: five letters and the dots.
constexpr std::size_t kNarrowest = 8;
constexpr std::string_view kDots = "...";

// Characters are known to the C library in a UTF-8 locale only; this one every system has.
locale_t utf8_locale() {
  static const locale_t kLocale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return kLocale;
}

// What stands at the beginning of a text.
struct Character {
  std::size_t bytes;
  std::size_t cells;
};

// Calls `take` with each character until it says false.
template <typename Take>
void for_each_character(std::string_view text, Take take) {
  const auto locale = utf8_locale();
  const auto before = locale != nullptr ? uselocale(locale) : nullptr;
  std::mbstate_t state{};
  while (!text.empty()) {
    wchar_t wide = 0;
    const auto bytes = std::mbrtowc(&wide, text.data(), text.size(), &state);
    const bool is_known = bytes != 0 && bytes <= text.size();
    if (!is_known) state = {};
    const int cells = is_known ? wcwidth(wide) : 1;
    const Character character{is_known ? bytes : 1, cells < 0 ? 1 : static_cast<std::size_t>(cells)};
    if (!take(character)) break;
    text.remove_prefix(character.bytes);
  }
  if (before != nullptr) uselocale(before);
}

// U+0080 to U+009F, in UTF-8 C2 80 to C2 9F.
bool is_c1(std::string_view text) {
  return text.size() > 1 && text[0] == '\xc2' && static_cast<unsigned char>(text[1]) < 0xa0;
}

// U+202A to U+202E, U+2066 to U+2069.
bool turns_direction(std::string_view text) {
  if (!text.starts_with("\xe2\x80") && !text.starts_with("\xe2\x81")) return false;
  if (text.size() < 3) return false;
  const auto last = static_cast<unsigned char>(text[2]);
  return text[1] == '\x80' ? 0xaa <= last && last <= 0xae : 0xa6 <= last && last <= 0xa9;
}

// The beginning of `text` that takes at most `width` cells.
std::string_view beginning(std::string_view text, std::size_t width) {
  std::size_t bytes = 0;
  std::size_t cells = 0;
  for_each_character(text, [&](const Character& character) {
    if (cells + character.cells > width) return false;
    cells += character.cells;
    bytes += character.bytes;
    return true;
  });
  return text.substr(0, bytes);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto rest = text.substr(i);
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_turn = turns_direction(rest);
    const bool is_refused = byte < 0x20 || byte == 0x7f || is_c1(rest) || is_turn;
    shown += is_refused ? '?' : text[i];
    if (is_refused) i += is_turn ? 2 : is_c1(rest) ? 1 : 0;
  }
  return shown;
}

std::size_t cells_of(std::string_view text) {
  std::size_t cells = 0;
  for_each_character(text, [&](const Character& character) {
    cells += character.cells;
    return true;
  });
  return cells;
}

std::string shortened(std::string_view text, std::size_t width) {
  std::string shown = printable(text);
  if (cells_of(shown) <= width) return shown;
  return std::string(beginning(shown, width - std::min(width, kDots.size()))) + std::string(kDots);
}

std::string page_line(std::string name, std::string_view value) {
  if (value.empty()) return {};
  name.resize(std::max(kNameWidth, name.size() + 1), ' ');
  return "  " + name + printable(value) + "\n";
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string shown = printable(text);
  std::string lines;
  std::string_view rest = shown;
  for (std::size_t room = width;;) {
    auto line = beginning(rest, room);
    if (line.size() < rest.size() && rest[line.size()] != ' ') {
      // A word that is longer than a line stands whole: an id or an address that is broken cannot be copied.
      auto blank = line.find_last_of(' ');
      if (blank == std::string_view::npos || line.find_first_not_of(' ') > blank) {
        blank = rest.find(' ', line.size());
      }
      line = rest.substr(0, blank);
    }
    lines += std::string(line) + "\n";
    rest.remove_prefix(line.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    if (rest.empty()) return lines;
    lines += std::string(indent, ' ');
    room = width > indent + kNarrowest ? width - indent : kNarrowest;
  }
}

TextTable::TextTable(std::vector<Column> columns) : columns_(std::move(columns)) { CHECK(!columns_.empty()); }

void TextTable::add(std::vector<std::string> cells) {
  CHECK(cells.size() == columns_.size());
  for (auto& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> TextTable::widest_cells() const {
  std::vector<std::size_t> widths;
  for (const auto& column : columns_) widths.push_back(column.heading.size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], cells_of(row[i]));
  }
  return widths;
}

void TextTable::fit(std::vector<std::size_t>& widths, std::size_t width) const {
  const auto total = [&] {
    std::size_t sum = 0;
    for (const auto each : widths) sum += each == 0 ? 0 : each + kGap;
    return sum - std::min(sum, kGap);
  };
  const auto find_widest = [&] {
    std::optional<std::size_t> widest;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const bool gives_way = columns_[i].fit == Fit::shorten && widths[i] > kNarrowest;
      if (gives_way && (!widest || widths[i] > widths[*widest])) widest = i;
    }
    return widest;
  };
  while (total() > width) {
    const auto widest = find_widest();
    if (!widest) break;
    --widths[*widest];
  }
  for (std::size_t i = widths.size(); i-- > 0 && total() > width;) {
    if (columns_[i].fit == Fit::omit) widths[i] = 0;
  }
}

std::string TextTable::to_string(std::size_t width) const {
  auto widths = widest_cells();
  fit(widths, width);
  std::string text;
  const auto add_line = [&](const auto& cell_at) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (widths[i] == 0) continue;
      const auto cell = shortened(cell_at(i), widths[i]);
      line += cell + std::string(widths[i] - std::min(widths[i], cells_of(cell)) + kGap, ' ');
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  };
  add_line([&](std::size_t i) -> const std::string& { return columns_[i].heading; });
  for (const auto& row : rows_) {
    add_line([&](std::size_t i) -> const std::string& { return row[i]; });
  }
  return text;
}

std::string size_text(std::int64_t bytes) {
  constexpr const char* kUnits[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  double size = static_cast<double>(bytes);
  for (; size >= 1'024 && unit + 1 < std::size(kUnits); ++unit) size /= 1'024;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit > 0 && size < 10 ? "%.1f %s" : "%.0f %s", size, kUnits[unit]);
  return text.data();
}

std::string to_the_second(std::string time) {
  constexpr std::size_t kSeconds = std::string_view("2026-11-21T09:30:00").size();
  if (time.size() == kSeconds + 5 && time[kSeconds] == '.' && time.ends_with('Z')) time.erase(kSeconds, 4);
  return time;
}

}  // namespace leadspool::app

// Tables fit the terminal, whatever the letters are.
#include "app/text_table.h"

#include <algorithm>
#include <string>

#include "app/terminal.h"
#include "support/catch.h"

namespace leadspool::app {
namespace {

constexpr auto kHan = "\xe6\xbc\xa2";    // two cells
constexpr auto kCombined = "e\xcc\x81";  // one, of two characters
constexpr auto kTurn = "\xe2\x80\xae";   // what follows would run from right to left
constexpr auto kIsolate = "\xe2\x81\xa7";

TextTable people() {
  TextTable table({"ID", {"SOURCE", Fit::omit}, {"NAME", Fit::shorten}, {"COMPANY", Fit::shorten}});
  table.add({"1", "marketplace", "Anna Andersson of the North", "Contoso"});
  table.add({"2", "web", "Bo", "A. Datum Corporation"});
  return table;
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin);
    widest = std::max(widest, cells_of(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return widest;
}

}  // namespace

TEST_CASE("cells are counted, not bytes or characters") {
  REQUIRE(cells_of("abc") == 3);
  REQUIRE(cells_of(kHan) == 2);
  REQUIRE(cells_of(kCombined) == 1);
  REQUIRE(cells_of("Zo\xc3\xab") == 3);
  REQUIRE(cells_of("\xff\xfe") == 2);
  REQUIRE(cells_of("") == 0);
}

TEST_CASE("marks that turn the direction of a line do not reach the terminal") {
  REQUIRE(printable(std::string("a") + kTurn + "b" + kIsolate + "c") == "a?b?c");
  REQUIRE(printable("\xe2\x80\x94") == "\xe2\x80\x94");
  REQUIRE(printable("\xe2\x80") == "\xe2\x80");
}

TEST_CASE("a text with wide characters is shortened to its cells") {
  const std::string wide = std::string(kHan) + kHan + kHan + kHan;
  REQUIRE(shortened(wide, 8) == wide);
  REQUIRE(shortened(wide, 7) == std::string(kHan) + kHan + "...");
  REQUIRE(shortened(wide, 6) == std::string(kHan) + "...");
}

TEST_CASE("columns line up whatever the width of their characters") {
  TextTable table({"NAME", "N"});
  table.add({kHan, "1"});
  table.add({kCombined, "2"});
  REQUIRE(table.to_string() == "NAME  N\n" + std::string(kHan) + "    1\n" + kCombined + "     2\n");
}

TEST_CASE("a table that fits is left alone, at exactly its width too") {
  const auto whole = people().to_string();
  REQUIRE(people().to_string(widest_line(whole)) == whole);
  REQUIRE(whole.find("Anna Andersson of the North") != std::string::npos);
}

TEST_CASE("the widest free texts of a table are shortened first, and columns omitted only then") {
  for (std::size_t width = widest_line(people().to_string()); width >= 24; --width) {
    const auto text = people().to_string(width);
    INFO(width << "\n" << text);
    REQUIRE(widest_line(text) <= width);
  }
  REQUIRE(people().to_string(60).find("A. Datum Corporation") != std::string::npos);
  REQUIRE(people().to_string(60).find("Anna Ander...") == std::string::npos);
  REQUIRE(people().to_string(34).find("SOURCE") == std::string::npos);
  REQUIRE(people().to_string(35).find("SOURCE") != std::string::npos);
}

TEST_CASE("long text is broken at blanks, and what has none stays whole") {
  REQUIRE(wrapped("one two three four", 9, 2) == "one two\n  three\n  four\n");
  REQUIRE(wrapped("one", 9, 2) == "one\n");
  REQUIRE(wrapped("", 9, 2) == "\n");
  REQUIRE(wrapped("0123456789abcdef tail", 9, 2) == "0123456789abcdef\n  tail\n");
  REQUIRE(wrapped("one two three four", kUnlimitedWidth, 2) == "one two three four\n");
}

TEST_CASE("a bar shows a share, and never more or less than all") {
  REQUIRE(progress_bar(0, 10) == "[........................]   0 %");
  REQUIRE(progress_bar(5, 10) == "[############............]  50 %");
  REQUIRE(progress_bar(10, 10) == "[########################] 100 %");
  REQUIRE(progress_bar(11, 10) == progress_bar(10, 10));
  REQUIRE(progress_bar(0, 0) == progress_bar(10, 10));
}

TEST_CASE("a table shows times to the second") {
  REQUIRE(to_the_second("2026-11-21T09:30:00.123Z") == "2026-11-21T09:30:00Z");
  REQUIRE(to_the_second("-") == "-");
}

}  // namespace leadspool::app

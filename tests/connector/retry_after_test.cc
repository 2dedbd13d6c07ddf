#include "connector/retry_after.h"

#include "support/catch.h"

using leadspool::from_rfc3339;
using leadspool::Milliseconds;
using leadspool::connector::parse_retry_after;

TEST_CASE("Retry-After is read as seconds or as an HTTP date, and anything else is ignored") {
  const auto now = *from_rfc3339("1994-11-06T08:49:00Z");
  const std::optional<Milliseconds> none;
  const Milliseconds year = std::chrono::days{365};
  const std::pair<std::string_view, std::optional<Milliseconds>> table[] = {
      {"0", Milliseconds{0}},
      {"120", Milliseconds{120'000}},
      {" 7 ", Milliseconds{7'000}},
      {"99999999999999999999999999", year},
      {"Sun, 06 Nov 1994 08:49:37 GMT", Milliseconds{37'000}},
      {"Mon, 07 Nov 1994 08:49:00 GMT", Milliseconds{86'400'000}},
      {"Fri, 31 Dec 9999 23:59:59 GMT", year},
      {"Sun, 06 Nov 1994 08:48:59 GMT", none},  // passed
      {"Sun, 06 Nov 1994 08:49:00 GMT", none},
      {"Sun, 31 Feb 1995 08:49:37 GMT", none},
      {"Sun, 06 Nov 1994 24:49:37 GMT", none},
      {"Sun, 06 Nov 1994 08:60:37 GMT", none},
      {"Sun, 06 Xyz 1994 08:49:37 GMT", none},
      {"Xyz, 06 Nov 1994 08:49:37 GMT", none},
      {"Sun, 06 Nov 1994 08:49:37 CET", none},
      {"Sunday, 06-Nov-94 08:49:37 GMT", none},
      {"Sun, 6 Nov 1994 08:49:37 GMT", none},
      {"", none},
      {" ", none},
      {"-1", none},
      {"+1", none},
      {"1.5", none},
      {"soon", none},
      {"12 s", none},
  };
  for (const auto& [value, wait] : table) {
    INFO(value);
    REQUIRE(parse_retry_after(value, now) == wait);
  }
}

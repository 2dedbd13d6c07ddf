#include "lead/exact_number.h"

#include "support/catch.h"

namespace leadspool {

TEST_CASE("a number is exact when the nearest double says the same") {
  for (const auto* text : {"0",
                           "-0",
                           "0.0",
                           "-0.000e5",
                           "1",
                           "1.0",
                           "100",
                           "1e2",
                           "1E+2",
                           "0.10",
                           "0.1",
                           "-2.5e-3",
                           "123456789012345",
                           "9007199254740992",
                           "18446744073709551616",
                           "1e300",
                           "1e22",
                           "5e-324",
                           "0.0e-99999999999999999999",
                           "0e99999999999999999999",
                           "18446744073709551616.000",
                           "0.00000000000001",
                           "1000000000000000000000"}) {
    INFO(text);
    REQUIRE(is_exact_number(text));
  }
  for (const auto* text :
       {"1e999", "-1e999", "1e-999", "0.01e-99999999999999999999", "1e99999999999999999999",
        "9007199254740993", "0.12345678901234567890", "123456789012345678901234567890",
        "3.14159265358979323846", "1.7976931348623159e308"}) {
    INFO(text);
    REQUIRE_FALSE(is_exact_number(text));
  }
}

}  // namespace leadspool

#include "lead/test_mark.h"

#include "support/catch.h"

namespace leadspool {
namespace {

LeadFields with_company(const std::string& text) {
  LeadFields fields;
  fields.company = text;
  return fields;
}

}  // namespace

TEST_CASE("the ticks of a test mark tell when it was sent") {
  const std::pair<const char*, const char*> table[] = {
      {"MSFT_TEST_636573304831318844", "2018-03-22T15:48:03.131Z"},
      {"MSFT_TEST_636737558587117715", "2018-09-28T18:24:18.711Z"},
      {"MSFT_TEST_630822816000000000", "2000-01-01T00:00:00.000Z"},
      {"MSFT_TEST_636573304831318844@test.com", "2018-03-22T15:48:03.131Z"},
      {"MSFT_TEST_636573304831318844-MSFT_TEST_636573304831318844|<Offer Name>", "2018-03-22T15:48:03.131Z"},
  };
  for (const auto& [text, time] : table) {
    INFO(text);
    const auto fields = with_company(text);
    REQUIRE(find_test_mark(fields)->name == "company");
    REQUIRE(test_sent_at(fields).has_value());
    REQUIRE(to_rfc3339(*test_sent_at(fields)) == time);
  }
}

TEST_CASE("a mark whose ticks mean no time of ours is a mark all the same") {
  for (const auto* text : {"MSFT_TEST_", "MSFT_TEST_x", "MSFT_TEST_1", "MSFT_TEST_-636573304831318844",
                           "MSFT_TEST_-9223372036854775808", "MSFT_TEST_630822815999999999",
                           "MSFT_TEST_9223372036854775807", "MSFT_TEST_99999999999999999999"}) {
    INFO(text);
    const auto fields = with_company(text);
    REQUIRE(find_test_mark(fields) != nullptr);
    REQUIRE_FALSE(test_sent_at(fields));
  }
  REQUIRE(find_test_mark(with_company("msft_test_636573304831318844")) == nullptr);
  REQUIRE_FALSE(test_sent_at(with_company("Contoso")));
}

}  // namespace leadspool

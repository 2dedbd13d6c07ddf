// How a destination's test and previews are shown in a terminal.
#include "app/trial_page.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "support/catch.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Json step(const std::string& what, const std::string& verdict, const std::string& detail,
          const Json& setting = nullptr) {
  return {{"what", what}, {"verdict", verdict}, {"detail", detail}, {"setting", setting}};
}

std::string tested(const Json& steps) {
  return test_text(Json{{"destination", "crm"}, {"passed", true}, {"steps", steps}}.dump());
}

// As GET .../preview shows one lead.
Json preview() {
  return {{"destination", "crm"},
          {"lead", "01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f"},
          {"wanted", true},
          {"method", "PATCH"},
          {"url", "https://org.crm.dynamics.com/api/data/v9.2/leads(1)"},
          {"headers", {{{"name", "Authorization"}, {"value", "Bearer ***"}}}},
          {"body", R"({"lastname":"Nguyễn","b":1,"a":2})"},
          {"cuts", Json::array()},
          {"rejected_because", nullptr}};
}

Json findings() {
  return {{"destination", "crm"},
          {"since", "2026-01-01T00:00:00.000Z"},
          {"checked", 7},
          {"rejected", Json::array()},
          {"cut", Json::array()}};
}

}  // namespace

TEST_CASE("each step of a test has its mark, and one that failed says which setting to change") {
  REQUIRE(tested(Json::array({step("token", "passed", "a token was given"),
                              step("permission to create leads", "failed", "no role", "client_id"),
                              step("columns", "unknown", "not told")})) ==
          "ok       token                       a token was given\n"
          "FAILED   permission to create leads  no role\n"
          "         ->  change `client_id` in [[destination]] crm\n"
          "unknown  columns                     not told\n"
          "crm failed the test. When it is mended: `leadspool reload`, if the configuration changed.\n");
}

TEST_CASE("a test that found nothing out does not say that all is well") {
  REQUIRE(holds(tested(Json::array({step("token", "passed", "")})), "crm passed.\n"));
  REQUIRE(holds(tested(Json::array({step("token", "passed", ""), step("columns", "unknown", "")})),
                "crm passed, as far as that can be found out.\n"));
  const auto unknown = tested(Json::array({step("address", "unknown", "connection refused", "url")}));
  REQUIRE(holds(unknown, "nothing could be found out"));
  REQUIRE_FALSE(holds(unknown, "passed"));
  REQUIRE(holds(unknown, "change `url`"));
}

TEST_CASE("a request is shown as it is sent, with JSON laid out in its own order") {
  REQUIRE(preview_text(preview().dump()) ==
          "PATCH https://org.crm.dynamics.com/api/data/v9.2/leads(1)\n"
          "Authorization: Bearer ***\n"
          "\n"
          "{\n"
          "  \"lastname\": \"Nguyễn\",\n"
          "  \"b\": 1,\n"
          "  \"a\": 2\n"
          "}\n"
          "\n"
          "Lead 01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f to crm\n");
}

TEST_CASE("a body that is no JSON keeps its lines, without what a terminal would obey") {
  auto mail = preview();
  mail["body"] = "Subject: a\x1b[2J\r\n\r\nSecond\nlast";
  REQUIRE(holds(preview_text(mail.dump()), "\n\nSubject: a?[2J\n\nSecond\nlast\n\nLead "));
}

TEST_CASE("below a request stands what is cut, why it would not be sent, and that nobody asked for it") {
  auto shown = preview();
  shown["cuts"] = {{{"field", "jobtitle"}, {"from", 240}, {"to", 100}},
                   {{"field", "subject"}, {"from", 301}, {"to", 300}}};
  shown["rejected_because"] = "missing field company";
  shown["wanted"] = false;
  const auto text = preview_text(shown.dump());
  REQUIRE(holds(text,
                "  jobtitle is cut from 240 to 100 characters, subject is cut from 301 to 300 characters\n"));
  REQUIRE(holds(text, "dead at once: missing field company\n"));
  REQUIRE(holds(text, "`when`"));
}

TEST_CASE("of many leads those that are rejected come first, then those that are cut, then the counts") {
  auto answer = findings();
  REQUIRE(preview_findings_text(answer.dump()) ==
          "crm would get 7 leads received since 2026-01-01T00:00:00.000Z: 0 would be rejected, 0 cut.\n");
  answer["cut"] = {{{"lead", "b"},
                    {"received_at", "2026-01-02"},
                    {"cuts", {{{"field", "jobtitle"}, {"from", 240}, {"to", 100}}}}}};
  answer["rejected"] = {{{"lead", "a"}, {"received_at", "2026-01-03"}, {"because", "no company"}}};
  REQUIRE(preview_findings_text(answer.dump()) ==
          "LEAD  RECEIVED    WHAT\n"
          "a     2026-01-03  rejected: no company\n"
          "b     2026-01-02  jobtitle is cut from 240 to 100 characters\n"
          "\n"
          "crm would get 7 leads received since 2026-01-01T00:00:00.000Z: 1 would be rejected, 1 cut.\n");
}

TEST_CASE("a table of very many leads ends, and says how many more there are") {
  auto answer = findings();
  for (int i = 0; i < 150; ++i) {
    answer["rejected"].push_back({{"lead", "r"}, {"received_at", "t"}, {"because", "no company"}});
    answer["cut"].push_back({{"lead", "c"}, {"received_at", "t"}, {"cuts", Json::array()}});
  }
  const auto text = preview_findings_text(answer.dump());
  REQUIRE(std::count(text.begin(), text.end(), '\n') == 1 + 200 + 1 + 2);
  REQUIRE(holds(text, "... and 100 more, which --json shows\n"));
  REQUIRE(holds(text, "150 would be rejected, 150 cut."));
}

}  // namespace leadspool::app

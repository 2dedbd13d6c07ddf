// The metrics of the running program, and the dashboard that is made of them.
#include <regex>
#include <set>

#include "e2e/installation.h"
#include "support/catch.h"
#include "support/dashboard.h"

namespace leadspool::test {
namespace {

std::set<std::string> all_matches(const std::string& text, const std::regex& pattern) {
  std::set<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) {
    found.insert(at->size() > 1 ? (*at)[1].str() : at->str());
  }
  return found;
}

}  // namespace

TEST_CASE("every metric that the dashboard names is told, and every one that is told is on the dashboard") {
  Installation leadspool;
  leadspool.simulate_crm();
  leadspool.serve();
  leadspool.accept(
      R"({"UserDetails":{"LastName":"One","Email":"one@contoso.com","Company":"Contoso","Country":"US"}})");
  wait_until("the lead is delivered", [&] { return leadspool.count("delivered") == 1; });
  const auto answer = leadspool.admin("GET", "/metrics");
  REQUIRE(answer.status == 200);

  const auto samples = all_matches(answer.body, std::regex("(?:^|\n)([a-z_]+)[{ ]"));
  std::set<std::string> named;
  for (const auto& query : dashboard_queries())
    named.merge(all_matches(query, std::regex("leadspool_[a-z_]+")));
  for (const auto& name : named) {
    CAPTURE(name);
    REQUIRE(samples.contains(name));
  }
  const auto families = all_matches(answer.body, std::regex("# TYPE ([a-z_]+)"));
  for (const auto& family : families) {
    CAPTURE(family);
    const bool shown =
        named.contains(family) || named.contains(family + "_bucket") || named.contains(family + "_count");
    REQUIRE(shown);
  }
}

TEST_CASE("a restart does not set counters back") {
  Installation leadspool;
  leadspool.simulate_crm();
  leadspool.serve();
  leadspool.accept(
      R"({"UserDetails":{"LastName":"One","Email":"one@contoso.com","Company":"Contoso","Country":"US"}})");
  wait_until("the lead is delivered", [&] { return leadspool.count("delivered") == 1; });
  REQUIRE(leadspool.stop().code == 0);
  leadspool.serve();
  const auto metrics = leadspool.admin("GET", "/metrics").body;
  const auto counted =
      all_matches(metrics, std::regex(R"(\nleadspool_deliveries_ended_total\{[^}]*"delivered"\} (\d+))"));
  REQUIRE(counted == std::set<std::string>{"1"});
}

}  // namespace leadspool::test

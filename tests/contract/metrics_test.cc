// What Prometheus' own tool says about our metrics.
#include "admin/metrics.h"

#include <fstream>
#include <utility>

#include "e2e/installation.h"
#include "support/catch.h"
#include "support/dashboard.h"
#include "support/process.h"
#include "support/temporary_folder.h"

namespace leadspool::test {
namespace {

constexpr const char* kPromtool = LEADSPOOL_SOURCE_DIR "/.deps/bin/promtool";

// What promtool says when it checks `text` as `what`.
Ended check(const std::string& what, const std::string& text) {
  const TemporaryFolder folder;
  const auto file = folder.file("input");
  std::ofstream(file, std::ios::binary) << text;
  const std::string words = what == "metrics" ? " check metrics < " : " check " + what + " ";
  return run({"/bin/sh", "-c", kPromtool + words + file});
}

// What promtool finds wrong with metrics; empty: nothing.
std::string complaints(const std::string& metrics) {
  const auto ended = check("metrics", metrics);
  if (ended.code != 0 && ended.err.empty()) return "exit code " + std::to_string(ended.code);
  return ended.err + ended.out;
}

std::string with_variables(std::string query) {
  for (const auto& [variable, value] :
       {std::pair{"$__rate_interval", "5m"}, {"$instance", ".*"}, {"$destination", ".*"}}) {
    for (auto at = query.find(variable); at != std::string::npos; at = query.find(variable)) {
      query.replace(at, std::string(variable).size(), value);
    }
  }
  return query;
}

}  // namespace

TEST_CASE("promtool notices a counter whose name does not end as a counter's") {
  REQUIRE(complaints("# HELP a_thing b\n# TYPE a_thing counter\na_thing 1\n") != "");
}

TEST_CASE("promtool finds nothing to say about the metrics of a running service") {
  Installation leadspool;
  leadspool.simulate_crm();
  leadspool.serve();
  leadspool.accept(
      R"({"UserDetails":{"LastName":"One","Email":"one@contoso.com","Company":"Contoso","Country":"US"}})");
  wait_until("the lead is delivered", [&] { return leadspool.count("delivered") == 1; });
  const auto metrics = leadspool.admin("GET", "/metrics").body;
  REQUIRE(metrics.find("leadspool_leads_received_total") != std::string::npos);
  REQUIRE(complaints(metrics) == "");
}

TEST_CASE("promtool reads names with quotes, line ends, backslashes and other scripts") {
  const std::string name = "C:\\crm \"A\"\n# TYPE x y\n\u202e\u5b50";
  admin::MetricsView view;
  view.running = true;
  view.commits.emplace();
  view.sources = {name, ""};
  admin::DestinationView destination;
  destination.name = name;
  destination.health = "closed";
  view.destinations = {destination};
  REQUIRE(complaints(admin::metrics_text(view)) == "");
}

TEST_CASE("promtool can read the dashboard's queries") {
  const auto said_of = [](const std::string& query) {
    // YAML takes JSON.
    const nlohmann::json rule{{"record", "a"}, {"expr", with_variables(query)}};
    const nlohmann::json group{{"name", "all"}, {"rules", {rule}}};
    return check("rules", nlohmann::json{{"groups", {group}}}.dump());
  };
  REQUIRE(said_of("sum(").code != 0);
  for (const auto& query : dashboard_queries()) {
    if (query.rfind("label_values(", 0) == 0) continue;  // Grafana's own
    const auto said = said_of(query);
    CAPTURE(query, said.err);
    REQUIRE(said.code == 0);
  }
}

}  // namespace leadspool::test

// Tests and previews of destinations as the configuration has them.
#include "app/destination_trials.h"

#include <filesystem>
#include <fstream>
#include <utility>

#include "app/admin_call.h"
#include "outbox/store.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/scripted_client.h"
#include "support/temporary_folder.h"

namespace leadspool::app {
namespace {

using namespace std::chrono_literals;
using connector::RequestPreview;
using connector::TestStep;
using test::ScriptedClient;

// Asks twice, and fails with the first answer that is not 200.
class TwoStepConnector final : public connector::Connector {
 public:
  Task<AttemptOutcome> attempt(const LeadWithPayload&, http::Client&) override { co_return AttemptOutcome{}; }

  [[nodiscard]] RequestPreview preview(const LeadWithPayload&) const override { return {}; }

  Task<std::vector<TestStep>> test(http::Client& client) override {
    std::vector<TestStep> steps;
    for (const char* what : {"token", "columns"}) {
      http::ClientRequest request;
      request.url = std::string("https://crm.example/") + what;
      auto sent = client.send(std::move(request));
      const http::ClientResult result = co_await sent;
      const bool good = std::get<http::ClientAnswer>(result).status == 200;
      steps.push_back({what, good ? TestStep::Verdict::passed : TestStep::Verdict::failed, "", ""});
      if (!good) break;
    }
    co_return steps;
  }
};

const std::string kFile =
    "[store]\npath = \"leads.db\"\n"
    "[receiver]\nlisten = \"127.0.0.1:8443\"\n"
    "[[source]]\nname = \"marketplace\"\nkey_sha256 = [\"" +
    std::string(64, 'a') + "\"]\n";

std::string destination(const std::string& name, const std::string& more) {
  return "[[destination]]\nname = \"" + name +
         "\"\ntype = \"webhook\"\nurl = \"http://127.0.0.1:1/leads\"\n" + more + "\n";
}

// A file, which may be changed after the service has read it.
struct TrialFixture {
  explicit TrialFixture(const std::string& destinations) {
    write(kFile + destinations);
    const auto reading = read_config(file, Secrets::read);
    if (const auto* errors = std::get_if<std::vector<ConfigError>>(&reading)) {
      for (const auto& error : *errors) UNSCOPED_INFO(to_string(error));
      REQUIRE(errors->empty());
    }
    add_destination_trials(view, file, clock);
  }

  void write(const std::string& text) const { std::ofstream(file) << text; }

  static LeadWithPayload lead() {
    LeadWithPayload made;
    made.source = "marketplace";
    made.fields.last_name = "Nguyễn";
    made.fields.country = "VN";
    return made;
  }

  test::TemporaryFolder folder;
  std::string file = folder.file("leadspool.toml");
  SystemClock clock;
  admin::ServiceView view;
};

}  // namespace

TEST_CASE("a test runs until all its requests are answered") {
  test::FakeClock clock;
  TwoStepConnector connector;
  ScriptedClient client;
  client.on_send([](const auto&) { return http::ClientAnswer{.status = 200}; });
  const auto steps = run_test(connector, client, clock, 60s);
  REQUIRE(steps.size() == 2);
  REQUIRE(steps.at(1).what == "columns");
  REQUIRE(client.requests().size() == 2);
}

TEST_CASE("a test that does not end in time has failed, and what it sent is forgotten") {
  test::FakeClock clock;
  TwoStepConnector connector;
  ScriptedClient client;
  client.on_send([&](const auto&) {
    clock.advance(31s);
    return http::ClientAnswer{.status = 200};
  });
  const auto steps = run_test(connector, client, clock, 60s);
  REQUIRE(steps.size() == 1);
  REQUIRE(steps.at(0).verdict == TestStep::Verdict::failed);
  REQUIRE(steps.at(0).detail.find("60 s") != std::string::npos);
  REQUIRE(client.in_flight() == 0);
}

TEST_CASE("a test that is given up has failed, and what it sent is forgotten") {
  test::FakeClock clock;
  TwoStepConnector connector;
  ScriptedClient client;
  client.on_send([](const auto&) { return http::ClientAnswer{.status = 200}; });
  const auto steps = run_test(connector, client, clock, 60s, [] { return true; });
  REQUIRE(steps.size() == 1);
  REQUIRE(steps.at(0).verdict == TestStep::Verdict::failed);
  REQUIRE(steps.at(0).detail.find("given up") != std::string::npos);
  REQUIRE(client.in_flight() == 0);
}

TEST_CASE("a preview is what the file as it is now would send") {
  TrialFixture trial(destination("crm", ""));
  trial.write(kFile + destination("crm", R"(mapping = { surname = "{{ LastName }}" })"));
  const auto previews = trial.view.previews("crm");
  REQUIRE(previews);
  REQUIRE(previews->mistakes.empty());
  const auto preview = previews->preview(TrialFixture::lead());
  REQUIRE(preview.method == "POST");
  REQUIRE(preview.url == "http://127.0.0.1:1/leads");
  REQUIRE(preview.body == R"({"surname":"Nguyễn"})");
  REQUIRE(preview.rejected_because.empty());
  REQUIRE_FALSE(trial.view.previews("cmr"));
  trial.write("spoilt");
  REQUIRE(trial.view.previews("crm")->mistakes.size() == 1);
}

TEST_CASE("a destination wants what its `when` lets pass") {
  TrialFixture trial(destination("crm", R"(when = { country = "US" })") + destination("all", ""));
  REQUIRE_FALSE(trial.view.previews("crm")->wants(TrialFixture::lead()));
  REQUIRE(trial.view.previews("all")->wants(TrialFixture::lead()));
}

TEST_CASE("a test is of the file as it is now, and a file with mistakes is what has failed") {
  TrialFixture trial(destination("crm", ""));
  trial.write(kFile + destination("new", ""));
  REQUIRE_FALSE(trial.view.test_destination("crm"));
  REQUIRE(trial.view.test_destination("new"));

  trial.write(kFile + destination("crm", "mispelt = 1\nalso_mispelt = 2\n"));
  const auto steps = trial.view.test_destination("crm");
  REQUIRE(steps);
  REQUIRE(steps->size() == 2);
  REQUIRE(steps->at(0).what == "configuration");
  REQUIRE(steps->at(0).verdict == TestStep::Verdict::failed);
  REQUIRE(steps->at(0).detail.find("mispelt") != std::string::npos);
}

TEST_CASE("a destination is tested before there is a store") {
  TrialFixture trial(destination("crm", ""));
  auto config = std::get<Config>(read_config(trial.file, Secrets::read));
  REQUIRE_FALSE(std::filesystem::exists(config.store.path));
  const auto call = [&](const std::string& name) {
    return call_admin(config,
                      {.method = "POST", .path = {"destinations", name, "test"}, .query = {}, .body = {}});
  };
  REQUIRE(call("crm").status == 200);
  REQUIRE(call("crm").body.find(R"("destination":"crm")") != std::string::npos);
  const auto mistyped = call("cmr");
  REQUIRE(mistyped.status == 404);
  REQUIRE(mistyped.body.find("did you mean crm?") != std::string::npos);
  REQUIRE_FALSE(std::filesystem::exists(config.store.path));
}

TEST_CASE("what needs a store says that there is none yet, and makes none") {
  TrialFixture trial(destination("crm", ""));
  auto config = std::get<Config>(read_config(trial.file, Secrets::read));
  const AdminCall calls[] = {
      {.method = "GET", .path = {"destinations", "crm", "preview"}, .query = {}, .body = {}},
      {.method = "POST", .path = {"destinations", "crm", "pause"}, .query = {}, .body = {}}};
  for (const auto& call : calls) {
    std::string why;
    try {
      (void)call_admin(config, call);
    } catch (const outbox::StoreError& error) {
      why = error.what();
    }
    REQUIRE(why.find("`leadspool serve` makes it") != std::string::npos);
    REQUIRE_FALSE(std::filesystem::exists(config.store.path));
  }
}

}  // namespace leadspool::app

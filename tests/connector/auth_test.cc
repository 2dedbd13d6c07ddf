#include "connector/auth.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "connector/test_steps.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/scripted_client.h"

using namespace leadspool;
using connector::ApiKeyAuth;
using connector::Auth;
using connector::AuthOptions;
using connector::BasicAuth;
using connector::BearerAuth;
using connector::NoAuth;
using connector::OAuth2Auth;
using http::ClientAnswer;
using http::ClientFailure;
using http::ClientRequest;
using http::ClientResult;
using http::FailurePhase;
using std::chrono::seconds;

namespace {

using Sent = std::variant<ClientResult, AttemptOutcome>;

constexpr std::string_view kTokenUrl = "https://login.example/tenant/oauth2/v2.0/token";

// A secret as it stands where a person may change it.
struct Place {
  std::string text = "first";
  int times_read = 0;
};

LiveSecret live_secret(Place& place) {
  return LiveSecret(Secret(place.text), [&place]() -> std::optional<Secret> {
    ++place.times_read;
    return Secret(place.text);
  });
}

OAuth2Auth oauth2(Place& place) {
  OAuth2Auth options;
  options.token_url = kTokenUrl;
  options.client_id = "app id";
  options.client_secret = live_secret(place);
  options.where_secrets_are = "Azure portal > App registrations";
  return options;
}

ClientAnswer answer(int status, std::string body = "") {
  ClientAnswer made;
  made.status = status;
  made.body = std::move(body);
  return made;
}

ClientAnswer token(const std::string& text, const std::string& rest = R"(,"expires_in":3600)") {
  return answer(200, R"({"access_token":")" + text + "\"" + rest + "}");
}

ClientAnswer wrong_secret() {
  return answer(401,
                R"({"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret."})");
}

bool is_for_token(const ClientRequest& request) { return request.url.starts_with(kTokenUrl); }

std::string authorization(const ClientRequest& request) {
  return std::string(http::find_header(request.headers, "Authorization"));
}

ClientRequest a_request() {
  ClientRequest request;
  request.url = "https://crm.example/leads";
  request.headers = {{"Accept", "application/json"}};
  return request;
}

// One Auth, and what it sends.
struct Bench {
  explicit Bench(AuthOptions options) : auth(std::move(options), clock) {}

  Task<Sent> send() { return auth.send(a_request(), client); }

  // Delivers what was answered, and what that leads to, until nothing more is ready.
  void settle() {
    for (int i = 0; i < 10; ++i) client.run(std::chrono::milliseconds{0}, -1);
  }

  Sent send_and_settle() {
    auto sending = send();
    sending.start();
    settle();
    REQUIRE(sending.ended());
    return sending.result();
  }

  [[nodiscard]] int count_fetches() const {
    int count = 0;
    for (const auto& request : client.requests()) count += is_for_token(request) ? 1 : 0;
    return count;
  }

  test::FakeClock clock;
  test::ScriptedClient client;
  Auth auth;
};

// A CRM and its token endpoint: which tokens hold, and which secret.
struct FakeCrm {
  explicit FakeCrm(test::ScriptedClient& client) {
    client.on_send([this](const ClientRequest& request) -> ClientResult { return handle(request); });
  }

  ClientResult handle(const ClientRequest& request) {
    if (!is_for_token(request)) {
      return answer(authorization(request) == "Bearer t" + std::to_string(holds) ? 201 : 401);
    }
    if (request.body.find("client_secret=" + secret) == std::string::npos) return wrong_secret();
    holds = ++issued;
    return token("t" + std::to_string(issued));
  }

  std::string secret = "first";
  int issued = 0;
  int holds = 0;
};

int status_of(const Sent& sent) {
  const auto* result = std::get_if<ClientResult>(&sent);
  const auto* got = result ? std::get_if<ClientAnswer>(result) : nullptr;
  return got ? got->status : 0;
}

}  // namespace

TEST_CASE("a credential that the answer repeats is masked in its body and headers") {
  for (const AuthOptions& options : {AuthOptions{BearerAuth{LiveSecret(Secret("abc/defgh"))}},
                                     AuthOptions{ApiKeyAuth{"X-Key", LiveSecret(Secret("abc/defgh"))}}}) {
    Bench bench(options);
    bench.client.on_send([](const ClientRequest& request) -> ClientResult {
      ClientAnswer shown = answer(400, "abc/defgh abc\\/defgh and more");
      shown.headers = {{"Echo", request.headers.back().value}};
      return shown;
    });
    const Sent sent = bench.send_and_settle();
    const auto& got = std::get<ClientAnswer>(std::get<ClientResult>(sent));
    REQUIRE(got.body == "*** *** and more");
    REQUIRE(got.headers.front().value == "***");
  }
}

TEST_CASE("fifty that need a token at once wait for one fetch") {
  Place place;
  Bench bench(oauth2(place));
  std::vector<Task<Sent>> tasks;
  for (int i = 0; i < 50; ++i) {
    tasks.push_back(bench.send());
    tasks.back().start();
  }
  REQUIRE(bench.client.requests().size() == 1);
  bench.client.answer(0, token("t1"));
  bench.settle();
  REQUIRE(bench.client.requests().size() == 51);
  for (std::size_t i = 1; i <= 50; ++i) {
    REQUIRE(authorization(bench.client.requests()[i]) == "Bearer t1");
    bench.client.answer(i, answer(201));
  }
  bench.settle();
  for (auto& task : tasks) {
    REQUIRE(task.ended());
    REQUIRE(status_of(task.result()) == 201);
  }
}

TEST_CASE("a token that is refused in the middle of fifty requests is renewed once") {
  Place place;
  Bench bench(oauth2(place));
  FakeCrm crm(bench.client);
  REQUIRE(status_of(bench.send_and_settle()) == 201);
  crm.holds = 0;  // it was revoked
  std::vector<Task<Sent>> tasks;
  for (int i = 0; i < 50; ++i) {
    tasks.push_back(bench.send());
    tasks.back().start();
  }
  bench.settle();
  for (auto& task : tasks) {
    REQUIRE(task.ended());
    REQUIRE(status_of(task.result()) == 201);
  }
  REQUIRE(crm.issued == 2);
  REQUIRE(bench.count_fetches() == 2);
}

TEST_CASE("who is refused with a token that others have renewed since takes theirs") {
  Place place;
  Bench bench(oauth2(place));
  auto slow = bench.send();
  auto quick = bench.send();
  slow.start();
  quick.start();
  bench.client.answer(0, token("t1"));
  bench.settle();
  bench.client.answer(2, answer(401));  // one of them
  bench.settle();
  bench.client.answer(3, token("t2"));
  bench.settle();
  bench.client.answer(4, answer(201));
  bench.client.answer(1, answer(401));  // and the other, late
  bench.settle();
  REQUIRE(bench.count_fetches() == 2);
  REQUIRE(authorization(bench.client.requests()[5]) == "Bearer t2");
  bench.client.answer(5, answer(201));
  bench.settle();
  REQUIRE(slow.ended());
  REQUIRE(quick.ended());
}

TEST_CASE("a token is renewed when a tenth of its life is left, at most five minutes") {
  struct Row {
    seconds life;
    seconds used_for;
  };
  for (const auto& [life, used_for] : {Row{seconds{3600}, seconds{3300}}, Row{seconds{100}, seconds{90}}}) {
    for (const std::string quote : {"", "\""}) {
      INFO(life.count() << quote);
      Place place;
      Bench bench(oauth2(place));
      const std::string rest = R"(,"expires_in":)" + quote + std::to_string(life.count()) + quote;
      bench.client.on_send([&](const ClientRequest& request) -> ClientResult {
        return is_for_token(request) ? token("t", rest) : answer(201);
      });
      static_cast<void>(bench.send_and_settle());
      bench.clock.advance(used_for - std::chrono::milliseconds{1});
      bench.clock.set_by(std::chrono::hours{24});  // the wall clock does not count
      static_cast<void>(bench.send_and_settle());
      REQUIRE(bench.count_fetches() == 1);
      bench.clock.advance(std::chrono::milliseconds{1});
      static_cast<void>(bench.send_and_settle());
      REQUIRE(bench.count_fetches() == 2);
    }
  }
}

TEST_CASE("a token without a life holds until it is refused") {
  Place place;
  Bench bench(oauth2(place));
  bench.client.on_send([&](const ClientRequest& request) -> ClientResult {
    return is_for_token(request) ? token("t", "") : answer(201);
  });
  static_cast<void>(bench.send_and_settle());
  bench.clock.advance(std::chrono::days{300});
  static_cast<void>(bench.send_and_settle());
  REQUIRE(bench.count_fetches() == 1);
}

TEST_CASE("a token that has not lapsed serves on while no other is to be had") {
  Place place;
  Bench bench(oauth2(place));
  bool endpoint_is_up = true;
  bench.client.on_send([&](const ClientRequest& request) -> ClientResult {
    if (!is_for_token(request)) return answer(201);
    return endpoint_is_up ? token("t1") : answer(503);
  });
  static_cast<void>(bench.send_and_settle());
  endpoint_is_up = false;
  bench.clock.advance(seconds{3400});
  REQUIRE(status_of(bench.send_and_settle()) == 201);
  bench.clock.advance(seconds{200});
  const auto sent = bench.send_and_settle();
  REQUIRE(std::get<AttemptOutcome>(sent).outcome == Outcome::unavailable);
}

TEST_CASE("a fetch that fails is the outcome of all who waited for it") {
  Place place;
  Bench bench(oauth2(place));
  std::vector<Task<Sent>> tasks;
  for (int i = 0; i < 20; ++i) {
    tasks.push_back(bench.send());
    tasks.back().start();
  }
  bench.client.answer(0,
                      ClientFailure{.phase = FailurePhase::connect, .timed_out = false, .detail = "refused"});
  bench.settle();
  REQUIRE(bench.client.requests().size() == 1);
  for (auto& task : tasks) {
    REQUIRE(task.ended());
    const auto outcome = std::get<AttemptOutcome>(task.result());
    REQUIRE(outcome.outcome == Outcome::unavailable);
    REQUIRE_FALSE(outcome.counts_against_budget);
  }
  // Being out of reach is nothing to be remembered.
  auto next = bench.send();
  next.start();
  REQUIRE(bench.count_fetches() == 2);
}

TEST_CASE("a wrong secret is told, and the endpoint is not asked again at once") {
  Place place{.text = "wrong"};
  Bench bench(oauth2(place));
  const FakeCrm crm(bench.client);
  for (int i = 0; i < 5; ++i) {
    const auto sent = bench.send_and_settle();
    const auto& outcome = std::get<AttemptOutcome>(sent);
    REQUIRE(outcome.outcome == Outcome::misconfigured);
    REQUIRE(outcome.concerns_every_lead);
    REQUIRE(connector::setting_named_in(outcome.detail) == "client_secret");
    REQUIRE(bench.count_fetches() == 1);
  }
  bench.clock.advance(seconds{2});
  static_cast<void>(bench.send_and_settle());
  REQUIRE(bench.count_fetches() == 2);
}

TEST_CASE("a secret that was mended where it stands is picked up at once") {
  Place place{.text = "wrong"};
  Bench bench(oauth2(place));
  const FakeCrm crm(bench.client);
  REQUIRE(std::holds_alternative<AttemptOutcome>(bench.send_and_settle()));
  place.text = "first";
  REQUIRE(status_of(bench.send_and_settle()) == 201);
  REQUIRE(bench.count_fetches() == 2);
}

TEST_CASE("a secret that was changed since it was read last is tried before anything is told") {
  Place place{.text = "old"};
  Bench bench(oauth2(place));
  const FakeCrm crm(bench.client);
  place.text = "first";
  REQUIRE(status_of(bench.send_and_settle()) == 201);
  REQUIRE(bench.count_fetches() == 2);
  REQUIRE(bench.client.requests()[0].body.find("client_secret=old") != std::string::npos);
  REQUIRE(bench.client.requests()[1].body.find("client_secret=first") != std::string::npos);
}

TEST_CASE("the secret is read again when the CRM has refused a token") {
  Place place;
  Bench bench(oauth2(place));
  FakeCrm crm(bench.client);
  static_cast<void>(bench.send_and_settle());
  crm.holds = 0;
  crm.secret = "second";
  place.text = "second";
  REQUIRE(status_of(bench.send_and_settle()) == 201);
  REQUIRE(bench.count_fetches() == 2);
}

TEST_CASE("a fresh token that is refused as well leaves the refusal to the connector") {
  Place place;
  Bench bench(oauth2(place));
  int fetches = 0;
  bench.client.on_send([&](const ClientRequest& request) -> ClientResult {
    return is_for_token(request) ? token("t" + std::to_string(++fetches)) : answer(401, "no such user");
  });
  const auto sent = bench.send_and_settle();
  REQUIRE(status_of(sent) == 401);
  REQUIRE(bench.client.requests().size() == 4);
}

TEST_CASE("a token that the endpoint gives once more is not tried once more") {
  Place place;
  Bench bench(oauth2(place));
  bench.client.on_send([&](const ClientRequest& request) -> ClientResult {
    return is_for_token(request) ? token("same") : answer(401);
  });
  REQUIRE(status_of(bench.send_and_settle()) == 401);
  REQUIRE(bench.client.requests().size() == 3);
}

TEST_CASE("what is a refusal can be told") {
  Place place;
  Bench bench(oauth2(place));
  int fetches = 0;
  bench.client.on_send([&](const ClientRequest& request) -> ClientResult {
    if (is_for_token(request)) return token("t" + std::to_string(++fetches));
    return answer(200, authorization(request) == "Bearer t1" ? "602" : "fine");
  });
  const Auth::IsRefusal is_expired = [](const ClientAnswer& got) { return got.body == "602"; };
  auto sending = bench.auth.send(a_request(), bench.client, is_expired);
  sending.start();
  bench.settle();
  REQUIRE(sending.ended());
  REQUIRE(std::get<ClientAnswer>(std::get<ClientResult>(sending.result())).body == "fine");
}

TEST_CASE("those who wait for a token can be given up together, and the next fetch begins anew") {
  for (const bool fetcher_first : {true, false}) {
    Place place;
    Bench bench(oauth2(place));
    {
      std::vector<std::unique_ptr<Task<Sent>>> tasks;
      for (int i = 0; i < 3; ++i) {
        tasks.push_back(std::make_unique<Task<Sent>>(bench.send()));
        tasks.back()->start();
      }
      bench.client.forget_all();
      if (fetcher_first) {
        for (auto& task : tasks) task.reset();
      } else {
        for (auto task = tasks.rbegin(); task != tasks.rend(); ++task) task->reset();
      }
    }
    const FakeCrm crm(bench.client);
    REQUIRE(status_of(bench.send_and_settle()) == 201);
    REQUIRE(bench.count_fetches() == 2);
  }
}

TEST_CASE("the client's id and secret go where the endpoint expects them, encoded") {
  Place place{.text = "s+&c"};
  auto options = oauth2(place);
  options.scope = "https://crm.example/.default";
  options.ca_file = "/etc/ca.pem";
  options.total_timeout = seconds{7};
  const auto first_request = [&] {
    Bench bench(options);
    auto sending = bench.send();
    sending.start();
    REQUIRE(bench.client.requests().size() == 1);
    auto request = bench.client.requests().front();
    bench.client.forget_all();
    return request;
  };
  const auto form = first_request();
  REQUIRE(form.method == "POST");
  REQUIRE(form.url == kTokenUrl);
  REQUIRE(form.ca_file == "/etc/ca.pem");
  REQUIRE(form.total_timeout == seconds{7});
  REQUIRE(form.body ==
          "grant_type=client_credentials&scope=https%3A%2F%2Fcrm.example%2F.default&client_id=app%20id&"
          "client_secret=s%2B%26c");
  REQUIRE(http::find_header(form.headers, "Content-Type") == "application/x-www-form-urlencoded");
  REQUIRE(authorization(form).empty());

  options.style = OAuth2Auth::Style::basic;
  options.scope.clear();
  const auto basic = first_request();
  REQUIRE(basic.body == "grant_type=client_credentials");
  REQUIRE(authorization(basic) == "Basic YXBwJTIwaWQ6cyUyQiUyNmM=");  // app%20id:s%2B%26c

  options.style = OAuth2Auth::Style::query;
  const auto query = first_request();
  REQUIRE(query.method == "GET");
  REQUIRE(query.body.empty());
  REQUIRE(query.url == std::string(kTokenUrl) +
                           "?grant_type=client_credentials&client_id=app%20id&client_secret=s%2B%26c");
}

TEST_CASE("a fixed credential goes with the request, and is masked in a preview") {
  Place place;
  struct Row {
    AuthOptions options;
    std::string name;
    std::string value;
    std::string masked;
    std::string setting;
  };
  const Row table[] = {
      {BearerAuth{live_secret(place), "token"}, "Authorization", "Bearer first", "Bearer ***", "token"},
      {BasicAuth{"user", live_secret(place), "password"}, "Authorization",
       "Basic dXNlcjpmaXJzdA==", "Basic ***", "password"},
      {ApiKeyAuth{"X-Api-Key", live_secret(place), "api_key"}, "X-Api-Key", "first", "***", "api_key"},
  };
  for (const auto& row : table) {
    INFO(row.name << " " << row.value);
    Bench bench(row.options);
    bench.client.on_send([](const ClientRequest&) { return answer(201); });
    REQUIRE(status_of(bench.send_and_settle()) == 201);
    const auto& request = bench.client.requests().front();
    REQUIRE(http::find_header(request.headers, row.name) == row.value);
    REQUIRE(http::find_header(request.headers, "Accept") == "application/json");
    const auto masked = bench.auth.masked_headers();
    REQUIRE(masked.size() == 1);
    REQUIRE(masked.front().name == row.name);
    REQUIRE(masked.front().value == row.masked);
    REQUIRE(bench.auth.setting() == row.setting);
    REQUIRE(bench.auth.advice() == "`" + row.setting + "`");
  }
}

TEST_CASE("a fixed credential that was refused is tried again only if it is another now") {
  Place place;
  Bench bench(BearerAuth{live_secret(place), "token"});
  bench.client.on_send([](const ClientRequest& request) {
    return answer(authorization(request) == "Bearer second" ? 201 : 401);
  });
  REQUIRE(status_of(bench.send_and_settle()) == 401);
  REQUIRE(bench.client.requests().size() == 1);
  place.text = "second";
  REQUIRE(status_of(bench.send_and_settle()) == 201);
  REQUIRE(bench.client.requests().size() == 3);
}

TEST_CASE("of several that were refused with an old credential each takes the new one") {
  Place place;
  Bench bench(BearerAuth{live_secret(place), "token"});
  auto first = bench.send();
  auto second = bench.send();
  first.start();
  second.start();
  place.text = "second";
  bench.client.answer(0, answer(401));
  bench.client.answer(1, answer(401));
  bench.settle();
  REQUIRE(bench.client.requests().size() == 4);
  REQUIRE(authorization(bench.client.requests()[2]) == "Bearer second");
  REQUIRE(authorization(bench.client.requests()[3]) == "Bearer second");
  bench.client.forget_all();
}

TEST_CASE("without authorisation a request is sent as it is, once") {
  Bench bench(NoAuth{});
  bench.client.on_send([](const ClientRequest&) { return answer(401); });
  REQUIRE(status_of(bench.send_and_settle()) == 401);
  REQUIRE(bench.client.requests().size() == 1);
  REQUIRE(bench.client.requests().front().headers.size() == 1);
  REQUIRE(bench.auth.masked_headers().empty());
  REQUIRE(bench.auth.setting().empty());
  REQUIRE(bench.auth.advice().empty());
}

TEST_CASE("a check fetches a token and sends nothing else") {
  Place place;
  Bench bench(oauth2(place));
  FakeCrm crm(bench.client);
  const auto check = [&] {
    auto checking = bench.auth.check(bench.client);
    checking.start();
    bench.settle();
    REQUIRE(checking.ended());
    return checking.result();
  };
  REQUIRE_FALSE(check());
  REQUIRE(bench.client.requests().size() == 1);

  Place wrong{.text = "wrong"};
  Bench other(oauth2(wrong));
  const FakeCrm other_crm(other.client);
  auto checking = other.auth.check(other.client);
  checking.start();
  other.settle();
  REQUIRE(checking.result()->outcome == Outcome::misconfigured);
}

TEST_CASE("an answer that never was a token's does not become a header") {
  for (const auto* body :
       {R"({"access_token":""})", R"({"access_token":7})", R"({"access_token":"a\r\nX: b"})",
        R"(["access_token"])", "<html><title>Sign in</title></html>", ""}) {
    INFO(body);
    Place place;
    Bench bench(oauth2(place));
    bench.client.on_send([&](const ClientRequest&) { return answer(200, body); });
    const auto sent = bench.send_and_settle();
    const auto& outcome = std::get<AttemptOutcome>(sent);
    REQUIRE(outcome.outcome == Outcome::misconfigured);
    REQUIRE(connector::setting_named_in(outcome.detail) == "token_url");
    REQUIRE(bench.client.requests().size() == 1);
  }
}

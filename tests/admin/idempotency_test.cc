// Changes that come with a key are done once.
#include <atomic>
#include <thread>

#include "admin_fixture.h"
#include "outbox/given_answers.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

// Keys and changes over a store of its own.
struct KeyedFixture : AdminFixture {
  http::Response send(const std::string& key, const std::string& method, const std::string& route,
                      const std::string& body = {}, const std::string& token = kToken) {
    http::Request request;
    request.method = method;
    request.path = route;
    request.body = body;
    request.headers = {{"Authorization", "Bearer " + token}, {"Idempotency-Key", key}};
    return router.handle(request);
  }

  http::Response release(const std::string& key, const Uuid& lead, const std::string& body = {}) {
    return send(key, "POST", path_of(lead) + "/release", body);
  }

  std::size_t audit_rows(const Uuid& lead) { return get_json(path_of(lead)).at("audit").size(); }
};

bool is_replay(const http::Response& response) {
  return http::find_header(response.headers, "Idempotent-Replayed") == "true";
}

outbox::KeyedRequest request_of(const std::string& text) { return {"api", "key", sha256(text)}; }

}  // namespace

TEST_CASE("a change that is repeated with its key gets the first answer and is not done again") {
  KeyedFixture admin;
  const Uuid lead = admin.add_held_lead();
  const auto first = admin.release("a", lead);
  REQUIRE(first.status == 200);
  REQUIRE_FALSE(is_replay(first));
  const auto rows = admin.audit_rows(lead);

  const auto second = admin.release("a", lead);
  REQUIRE(second.status == 200);
  REQUIRE(second.body == first.body);
  REQUIRE(is_replay(second));
  REQUIRE(admin.audit_rows(lead) == rows);
  // Without the key it is another change, and one that cannot be made any more.
  REQUIRE(admin.correct(lead, "release").status == 409);
}

TEST_CASE("a key that came with another request is refused") {
  KeyedFixture admin;
  const Uuid lead = admin.add_held_lead();
  REQUIRE(admin.release("a", lead, R"({"reason":"asked for"})").status == 200);
  const auto others = {
      admin.release("a", lead), admin.release("a", admin.add_held_lead()),
      admin.send("a", "POST", AdminFixture::path_of(lead) + "/discard"),
      admin.send("a", "POST", "/api/v1/destinations/crm/pause", R"({"reason":"asked for"})")};
  for (const auto& other : others) {
    REQUIRE(other.status == 422);
    REQUIRE(error_code(other) == "idempotency_key_reused");
  }
}

TEST_CASE("the same key of another actor is another key") {
  KeyedFixture admin;
  const Uuid lead = admin.add_held_lead();
  REQUIRE(admin.release("a", lead).status == 200);
  const auto other = admin.send("a", "POST", AdminFixture::path_of(lead) + "/release", {}, "another");
  REQUIRE(other.status == 409);
  REQUIRE(error_code(other) == "not_possible");
}

TEST_CASE("what was refused changed nothing, so its key may be used again") {
  KeyedFixture admin;
  const Uuid lead = admin.add_held_lead();
  REQUIRE(admin.release("a", lead, "no JSON").status == 400);
  REQUIRE(admin.release("a", lead).status == 200);
}

TEST_CASE("an answer is given again for a day") {
  KeyedFixture admin;
  const Uuid lead = admin.add_held_lead();
  REQUIRE(admin.release("a", lead).status == 200);
  admin.clock.advance(std::chrono::hours{24} - Milliseconds{1});
  REQUIRE(is_replay(admin.release("a", lead)));
  admin.clock.advance(Milliseconds{1});
  REQUIRE(error_code(admin.release("a", lead)) == "not_possible");
}

TEST_CASE("a key has 1 to 200 printable characters") {
  KeyedFixture admin;
  const Uuid lead = admin.add_held_lead();
  for (const auto& key : {std::string(201, 'k'), std::string("a\tb"), std::string("sch\xc3\xb6n")}) {
    const auto response = admin.release(key, lead);
    REQUIRE(response.status == 400);
    REQUIRE(error_code(response) == "bad_idempotency_key");
  }
  REQUIRE(admin.release(std::string(200, 'k'), lead).status == 200);
}

TEST_CASE("a change that failed halfway is to be looked at before it is repeated") {
  KeyedFixture admin;
  admin::ServiceView view;
  view.reload = []() -> admin::ReloadReport { throw std::runtime_error("the disk is gone"); };
  admin::AdminApi api(AdminFixture::with_token(), admin.doors_of_admin(), std::move(view), admin.clock);
  admin.router = {};
  api.add_routes(admin.router);
  REQUIRE(admin.send("a", "POST", "/api/v1/reload").status == 500);
  const auto again = admin.send("a", "POST", "/api/v1/reload");
  REQUIRE(again.status == 409);
  REQUIRE(error_code(again) == "outcome_unknown");
}

TEST_CASE("while a change is under way its key waits for no second one") {
  KeyedFixture admin;
  admin::ServiceView view;
  http::Response meanwhile;
  view.reload = [&] {
    meanwhile = admin.send("a", "POST", "/api/v1/reload");
    return admin::ReloadReport{.done = true};
  };
  admin::AdminApi api(AdminFixture::with_token(), admin.doors_of_admin(), std::move(view), admin.clock);
  admin.router = {};
  api.add_routes(admin.router);
  REQUIRE(admin.send("a", "POST", "/api/v1/reload").status == 200);
  REQUIRE(meanwhile.status == 409);
  REQUIRE(error_code(meanwhile) == "in_progress");
  REQUIRE(is_replay(admin.send("a", "POST", "/api/v1/reload")));
}

TEST_CASE("a change that began in a process that died has an unknown outcome") {
  KeyedFixture admin;
  outbox::GivenAnswers died(admin.committer, admin.clock);
  static_cast<void>(died.begin(request_of("reload")));
  outbox::GivenAnswers next(admin.committer, admin.clock);
  REQUIRE(std::holds_alternative<outbox::OutcomeUnknown>(next.begin(request_of("reload"))));
  REQUIRE(std::holds_alternative<outbox::KeyOfAnother>(next.begin(request_of("pause"))));
  admin.clock.advance(std::chrono::hours{24});
  REQUIRE(std::holds_alternative<outbox::BegunChange>(next.begin(request_of("reload"))));
}

TEST_CASE("with a read-only store keys are not looked at") {
  KeyedFixture admin;
  const Uuid lead = admin.add_held_lead();
  admin::AdminApi api(AdminFixture::with_token(), {admin.reader, admin.overview}, {}, admin.clock);
  admin.router = {};
  api.add_routes(admin.router);
  REQUIRE(error_code(admin.release("a", lead)) == "read_only");
  REQUIRE(error_code(admin.release("a", lead)) == "read_only");
}

TEST_CASE("one of many that come at once with a key is carried out") {
  StoreFixture store(true);
  std::atomic<int> begun = 0;
  std::vector<std::thread> threads;
  outbox::GivenAnswers door(store.committer, store.clock);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      auto result = door.begin(request_of("reload"));
      auto* change = std::get_if<outbox::BegunChange>(&result);
      if (change == nullptr) return;
      ++begun;
      static_cast<void>(change->remember({200, "{}"}));
    });
  }
  for (auto& thread : threads) thread.join();
  REQUIRE(begun == 1);
  const auto given = door.begin(request_of("reload"));
  REQUIRE(std::get<outbox::GivenAnswer>(given).body == "{}");
}

}  // namespace leadspool::test

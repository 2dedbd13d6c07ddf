// The feed of changes, and the stream that it is read by.
#include "admin/change_feed.h"

#include <thread>

#include "admin_fixture.h"
#include "http/chunked_body.h"
#include "http/server.h"
#include "support/catch.h"
#include "support/process.h"
#include "support/raw_client.h"

namespace leadspool::test {
namespace {

using admin::ChangeFeed;
using admin::FeedOptions;
using Kind = outbox::StoredChange::Kind;
using std::chrono::milliseconds;

constexpr milliseconds kAtOnce{0};
constexpr milliseconds kLong{60'000};

FeedOptions quick() { return {.first_number = 100, .most_kept = 5, .most_readers = 2, .rest = kAtOnce}; }

std::vector<outbox::StoredChange> changes(int count) {
  return std::vector<outbox::StoredChange>(static_cast<std::size_t>(count),
                                           {.kind = Kind::destination, .destination = "crm"});
}

struct StreamFixture : AdminFixture {
  explicit StreamFixture(FeedOptions options = quick())
      : feed(options), streaming(with_token(), doors_of_admin(), view(), clock) {
    router = {};
    streaming.add_routes(router);
  }

  admin::ServiceView view() {
    admin::ServiceView view = service();
    view.changes = &feed;
    return view;
  }

  http::Response listen(const std::string& after = {}) {
    return get("/api/v1/stream", after.empty() ? Query{} : Query{{"last_event_id", after}});
  }

  ChangeFeed feed;
  admin::AdminApi streaming;
};

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a reader gets what comes after it began, and each change once") {
  ChangeFeed feed(quick());
  feed.add(changes(2));
  const auto reader = feed.read({});
  auto portion = reader->next(kAtOnce);
  REQUIRE(portion.changes.empty());
  REQUIRE(portion.last_number == 101);
  feed.add(changes(3));
  portion = reader->next(kLong);
  REQUIRE(portion.changes.size() == 3);
  REQUIRE(portion.last_number == 104);
  REQUIRE_FALSE(portion.missed);
  REQUIRE(reader->next(kAtOnce).changes.empty());
}

TEST_CASE("a reader goes on after the number it has seen") {
  ChangeFeed feed(quick());
  feed.add(changes(4));
  const auto portion = feed.read(101)->next(kAtOnce);
  REQUIRE(portion.changes.size() == 2);
  REQUIRE(portion.last_number == 103);
  REQUIRE_FALSE(portion.missed);
}

TEST_CASE("who was too slow, or comes from another feed, is told that something is missing") {
  ChangeFeed feed(quick());
  feed.add(changes(7));
  for (const std::uint64_t after : {std::uint64_t{0}, std::uint64_t{100}, std::uint64_t{5'000}}) {
    const auto portion = feed.read(after)->next(kAtOnce);
    REQUIRE(portion.missed);
    REQUIRE(portion.changes.size() == 5);
    REQUIRE(portion.last_number == 106);
  }
  // The first that is still kept has the number 102.
  REQUIRE_FALSE(feed.read(101)->next(kAtOnce).missed);
}

TEST_CASE("a feed that nothing was added to misses nothing of its own") {
  ChangeFeed feed(quick());
  REQUIRE_FALSE(feed.read(99)->next(kAtOnce).missed);
  REQUIRE(feed.read(98)->next(kAtOnce).missed);
}

TEST_CASE("many changes come in portions") {
  ChangeFeed feed({});
  const auto reader = feed.read({});
  feed.add(changes(600));
  std::size_t count = 0;
  while (count < 600) {
    const auto portion = reader->next(kLong);
    REQUIRE_FALSE(portion.changes.empty());
    REQUIRE(portion.changes.size() < 600);
    count += portion.changes.size();
  }
  REQUIRE(count == 600);
}

TEST_CASE("there are only so many readers at once") {
  ChangeFeed feed(quick());
  auto one = feed.read({});
  const auto two = feed.read({});
  REQUIRE(feed.read({}) == nullptr);
  one.reset();
  REQUIRE(feed.read({}) != nullptr);
}

TEST_CASE("closing ends whoever waits, and whoever comes later") {
  ChangeFeed feed(quick());
  const auto reader = feed.read({});
  std::thread closing([&] { feed.close(); });
  REQUIRE(reader->next(kLong).ended);
  closing.join();
  REQUIRE(feed.read({})->next(kLong).ended);
}

TEST_CASE("ending the readers there are leaves those to come") {
  ChangeFeed feed(quick());
  const auto before = feed.read({});
  feed.end_readers();
  REQUIRE(before->next(kLong).ended);
  REQUIRE_FALSE(feed.read({})->next(kAtOnce).ended);
}

TEST_CASE("a stream begins with the number to go on from, then tells each change") {
  StreamFixture admin;
  const auto response = admin.listen();
  REQUIRE(response.status == 200);
  REQUIRE(response.content_type == "text/event-stream");
  REQUIRE(response.next_part() == "id: 99\n\n");
  const Uuid lead = admin.add_lead();
  admin.feed.add({{.kind = Kind::delivery, .lead = lead, .destination = "crm", .state = State::dead},
                  {.kind = Kind::redrive}});
  REQUIRE(response.next_part() ==
          "event: change\nid: 100\ndata: {\"kind\":\"delivery\",\"lead\":\"" + to_string(lead) +
              "\",\"destination\":\"crm\",\"state\":\"dead\"}\n\n"
              "event: change\nid: 101\ndata: "
              "{\"kind\":\"redrive\",\"lead\":null,\"destination\":null,\"state\":null}\n\n");
}

TEST_CASE("a stream resumes by header or parameter, and tells of a gap") {
  StreamFixture admin;
  admin.feed.add(changes(7));
  REQUIRE(admin.listen("105").next_part()->starts_with("event: change\nid: 106\n"));
  REQUIRE(admin.listen("100").next_part()->starts_with(
      "event: gap\nid: 101\ndata: {}\n\nevent: change\nid: 102\n"));
  http::Request request;
  request.method = "GET";
  request.path = "/api/v1/stream";
  request.headers = {{"Authorization", std::string("Bearer ") + kToken}, {"Last-Event-ID", "104"}};
  REQUIRE(admin.router.handle(request).next_part()->starts_with("event: change\nid: 105\n"));
  REQUIRE(error_code(admin.listen("12x")) == "bad_parameter");
}

TEST_CASE("a stream that has nothing to tell says now and then that it is there") {
  auto options = quick();
  options.longest_quiet = milliseconds{1};
  StreamFixture admin(options);
  const auto response = admin.listen();
  REQUIRE(response.next_part() == "id: 99\n\n");
  REQUIRE(response.next_part() == ": still here\n\n");
}

TEST_CASE("there are only so many streams, and one that ended leaves its place") {
  StreamFixture admin;
  auto one = admin.listen();
  const auto two = admin.listen();
  const auto three = admin.listen();
  REQUIRE(three.status == 503);
  REQUIRE(error_code(three) == "too_many_streams");
  one.next_part = nullptr;
  REQUIRE(admin.listen().status == 200);
}

TEST_CASE("without a service there is no stream") {
  AdminFixture admin;
  const auto response = admin.get("/api/v1/stream");
  REQUIRE(response.status == 409);
  REQUIRE(error_code(response) == "not_running");
}

TEST_CASE("new tokens end the streams, so that listeners show theirs again") {
  StreamFixture admin;
  const auto response = admin.listen();
  REQUIRE(response.next_part().has_value());
  admin.streaming.set_tokens(AdminFixture::with_token().tokens);
  REQUIRE_FALSE(response.next_part().has_value());
}

TEST_CASE("a stream over a socket tells what is committed, and ends well with the feed") {
  StreamFixture admin;
  admin.committer.on_stored([&](const auto& stored) { admin.feed.add(stored); });
  http::ServerOptions options;
  options.address = "127.0.0.1";
  http::Server server(options, admin.router);
  server.start();
  auto client = RawClient::tcp(server.port());
  client.send(
      "GET /api/v1/stream?last_event_id=99 HTTP/1.1\r\nHost: l\r\nConnection: close\r\nAuthorization: "
      "Bearer " +
      std::string(kToken) + "\r\n\r\n");
  const Uuid lead = admin.add_lead();
  admin.feed.close();
  const auto received = client.read_to_end();
  server.stop();
  REQUIRE(received.ends_with("0\r\n\r\n"));
  REQUIRE(holds(received, "Content-Type: text/event-stream"));
  REQUIRE(holds(received, "Cache-Control: no-store"));
  static_cast<void>(lead);
}

}  // namespace leadspool::test

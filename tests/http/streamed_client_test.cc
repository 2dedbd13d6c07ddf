// Answers that the client hands on while they come.
#include <chrono>

#include "base/clock.h"
#include "http/curl_client.h"
#include "streaming.h"
#include "support/catch.h"

namespace leadspool::http {
namespace {

using test::many_parts;
using test::parts_of;
using test::Streaming;

constexpr std::size_t kMebibyte = 1024 * 1024;

ClientRequest get_stream(const Streaming& streaming, std::function<bool(std::string_view)> take_part) {
  ClientRequest request;
  request.method = "GET";
  request.url = streaming.url();
  request.take_part = std::move(take_part);
  return request;
}

}  // namespace

TEST_CASE("the body of an answer is handed on piece by piece, however long it is") {
  Streaming streaming([] { return many_parts(64, kMebibyte); });
  std::size_t taken = 0;
  std::size_t largest = 0;
  auto request = get_stream(streaming, [&](std::string_view piece) {
    taken += piece.size();
    largest = std::max(largest, piece.size());
    return true;
  });
  request.max_answer_bytes = 100;
  const auto answer = std::get<ClientAnswer>(send_and_wait(std::move(request)));
  REQUIRE(answer.status == 200);
  REQUIRE(answer.complete);
  REQUIRE(answer.body.empty());
  REQUIRE(taken == 64 * kMebibyte);
  REQUIRE(largest < kMebibyte);
}

TEST_CASE("an answer that is handed on may take longer than the time for all of another") {
  Streaming streaming([] { return many_parts(8, kMebibyte); });
  const SystemClock clock;
  std::size_t taken = 0;
  auto request = get_stream(streaming, [&](std::string_view piece) {
    const auto until = clock.steady_now() + std::chrono::milliseconds{1'200};
    while (taken == 0 && clock.steady_now() < until) continue;
    taken += piece.size();
    return true;
  });
  request.total_timeout = std::chrono::milliseconds{1'000};
  const auto answer = std::get<ClientAnswer>(send_and_wait(std::move(request)));
  REQUIRE(answer.complete);
  REQUIRE(taken == 8 * kMebibyte);
}

TEST_CASE("silence ends an answer that is handed on") {
  std::atomic<bool> gate = false;
  Streaming streaming([&] {
    return [&, first = true]() mutable -> std::optional<std::string> {
      if (std::exchange(first, false)) return "part";
      gate.wait(false);
      return std::nullopt;
    };
  });
  std::string taken;
  auto request = get_stream(streaming, [&](std::string_view piece) {
    taken += piece;
    return true;
  });
  request.total_timeout = std::chrono::milliseconds{1'000};
  const auto result = send_and_wait(std::move(request));
  gate = true;
  gate.notify_all();
  const auto& answer = std::get<ClientAnswer>(result);
  REQUIRE(taken == "part");
  REQUIRE_FALSE(answer.complete);
  REQUIRE(answer.incomplete_because == "the end of the answer did not come in the 1 s allowed for silence");
}

TEST_CASE("who has taken enough of an answer ends it") {
  Streaming streaming([] { return many_parts(64, kMebibyte); });
  std::size_t taken = 0;
  const auto result = send_and_wait(get_stream(streaming, [&](std::string_view piece) {
    taken += piece.size();
    return false;
  }));
  const auto& answer = std::get<ClientAnswer>(result);
  REQUIRE_FALSE(answer.complete);
  REQUIRE(answer.incomplete_because.empty());
  REQUIRE(taken > 0);
  REQUIRE(taken < kMebibyte);
}

TEST_CASE("an answer that is cut off is known to be") {
  Streaming streaming([] {
    return [first = true]() mutable -> std::optional<std::string> {
      if (!std::exchange(first, false)) throw std::runtime_error("the disk is gone");
      return "half of it";
    };
  });
  const auto result = send_and_wait(get_stream(streaming, [](std::string_view) { return true; }));
  const auto& answer = std::get<ClientAnswer>(result);
  REQUIRE_FALSE(answer.complete);
  REQUIRE(answer.incomplete_because == "the connection broke before the end of the answer");
}

TEST_CASE("the body of a refusal is not handed on") {
  Streaming streaming([] { return parts_of({}); });
  bool taken = false;
  auto request = get_stream(streaming, [&](std::string_view) { return taken = true; });
  request.url += "/nothing";
  const auto answer = std::get<ClientAnswer>(send_and_wait(std::move(request)));
  REQUIRE(answer.status == 404);
  REQUIRE(answer.complete);
  REQUIRE_FALSE(answer.body.empty());
  REQUIRE_FALSE(taken);
}

}  // namespace leadspool::http

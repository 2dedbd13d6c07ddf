// A running server whose GET /stream is answered part by part.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "http/chunked_body.h"
#include "http/router.h"
#include "http/server.h"
#include "served.h"

namespace leadspool::test {

using NextPart = std::function<std::optional<std::string>()>;

// Those of `parts`, one after the other.
inline NextPart parts_of(std::vector<std::string> parts) {
  return [parts = std::move(parts), at = std::size_t{0}]() mutable -> std::optional<std::string> {
    if (at == parts.size()) return std::nullopt;
    return parts[at++];
  };
}

// `count` parts of `size` bytes.
inline NextPart many_parts(int count, std::size_t size) {
  return [left = count, size]() mutable -> std::optional<std::string> {
    if (left-- == 0) return std::nullopt;
    return std::string(size, 'x');
  };
}

class Streaming {
 public:
  // `make` is asked once for each request.
  explicit Streaming(std::function<NextPart()> make, http::ServerOptions options = loopback_options())
      : make_(std::move(make)), server_(std::move(options), add_routes()) {
    server_.start();
  }
  Streaming(const Streaming&) = delete;
  Streaming& operator=(const Streaming&) = delete;

  [[nodiscard]] int port() const { return server_.port(); }
  [[nodiscard]] http::Server& server() { return server_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port()) + "/stream"; }

 private:
  const http::Router& add_routes() {
    router_.add("GET", "/stream", [this](const http::Request&) -> http::Answer {
      http::Response response{.content_type = "text/plain"};
      response.next_part = make_();
      return response;
    });
    router_.add("GET", "/plain", [](const http::Request&) -> http::Answer {
      return http::Response{.content_type = "text/plain", .body = "plain"};
    });
    return router_;
  }

  std::function<NextPart()> make_;
  http::Router router_;
  http::Server server_;
};

// A streamed answer taken apart.
struct StreamedAnswer {
  std::string head;
  std::string body;
  http::ChunkedBody end = http::ChunkedBody::cut_short;
  std::string rest;  // what came after it
};

inline StreamedAnswer take_apart(const std::string& received) {
  StreamedAnswer answer;
  const auto head_end = received.find("\r\n\r\n");
  if (head_end == std::string::npos) return answer;
  answer.head = received.substr(0, head_end + 4);
  std::string_view left = std::string_view(received).substr(head_end + 4);
  const auto read = [&](char* into, std::size_t size) {
    const auto taken = left.copy(into, size);
    left.remove_prefix(taken);
    return taken;
  };
  answer.end = http::read_chunked_body(read, received.size(), answer.body);
  answer.rest = left;
  return answer;
}

}  // namespace leadspool::test

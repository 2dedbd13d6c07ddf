// A running server with a few routes, as the tests of this folder want it.
#pragma once

#include <atomic>
#include <chrono>
#include <fstream>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "http/router.h"
#include "http/self_signed.h"
#include "http/server.h"
#include "support/raw_client.h"
#include "support/temporary_folder.h"

namespace leadspool::test {

inline bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

inline bool is_json_error(const RawAnswer& answer, int status) {
  const auto json = nlohmann::json::parse(answer.body, nullptr, false);
  return answer.status == status && json.is_object() && json.contains("error") &&
         json["error"].contains("code") && holds(answer.head, "Content-Type: application/json");
}

inline bool says_close(const RawAnswer& answer) { return holds(answer.head, "Connection: close"); }

// That of a new connection from `from` (see RawClient::tcp) that gets another answer than 503. A connection
// begins to idle only a moment after its answer; until then, there may be no room for a new one.
inline int status_once_there_is_room(int port, const std::string& request, const std::string& from = "") {
  int status = 503;
  while (status == 503) status = RawClient::tcp(port, from).exchange(request).status;
  return status;
}

inline void write_file(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

// A certificate for localhost in `folder`, as options want it.
inline void use_self_signed(http::ServerOptions& options, const TemporaryFolder& folder) {
  const auto made = http::make_self_signed({"localhost", "127.0.0.1"}, SystemClock().now(), 30);
  options.certificate_file = folder.file("certificate.pem");
  options.private_key_file = folder.file("key.pem");
  write_file(options.certificate_file, made.certificate_pem);
  write_file(options.private_key_file, made.private_key_pem);
}

inline http::ServerOptions loopback_options() {
  http::ServerOptions options;
  options.address = "127.0.0.1";
  return options;
}

class Served {
 public:
  explicit Served(http::ServerOptions options = loopback_options())
      : server_(std::move(options), add_routes()) {
    server_.start();
  }
  // Also after a test has failed.
  ~Served() { open_gate(); }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  [[nodiscard]] http::Server& server() { return server_; }
  [[nodiscard]] int port() const { return server_.port(); }

  // Lets those go on that wait in POST /wait.
  void open_gate() {
    gate = true;
    gate.notify_all();
  }

  // How often a handler was called.
  std::atomic<int> calls = 0;
  // What POST /wait waits for before it answers, and how many are waiting.
  std::atomic<bool> gate = false;
  std::atomic<int> waiting = 0;

 private:
  const http::Router& add_routes() {
    router_.add("POST", "/echo", [this](const http::Request& request) -> http::Answer {
      ++calls;
      return http::Response{.status = 202, .content_type = "text/plain", .body = request.body};
    });
    router_.add("GET", "/show/{name}", [this](const http::Request& request) -> http::Answer {
      ++calls;
      std::string text = "name=" + std::string(request.path_value("name"));
      for (const auto& [key, value] : request.query) text += " " + key + "=" + value;
      return http::Response{.body = text + " x=" + std::string(request.header("x-TEST")) +
                                    " from=" + request.remote_address};
    });
    router_.add("POST", "/wait", [this](const http::Request&) -> http::Answer {
      ++calls;
      ++waiting;
      gate.wait(false);
      --waiting;
      return http::Response{.body = "waited"};
    });
    router_.add("POST", "/drop",
                [](const http::Request&) -> http::Answer { return http::Response{.drop_connection = true}; });
    router_.add("GET", "/delayed/{ms}", [this](const http::Request& request) -> http::Answer {
      ++calls;
      return http::Response{
          .body = "delayed",
          .delay = std::chrono::milliseconds{std::stoi(std::string(request.path_value("ms")))}};
    });
    router_.add("GET", "/large", [](const http::Request&) -> http::Answer {
      return http::Response{.content_type = "text/plain", .body = std::string(5'000'000, 'x')};
    });
    // So many parts of 64 KiB.
    router_.add("GET", "/parts/{count}", [](const http::Request& request) -> http::Answer {
      http::Response response{.content_type = "text/plain"};
      response.next_part = [left = std::stoi(std::string(request.path_value("count")))]() mutable {
        constexpr std::size_t kPart = 64 * 1024;
        return left-- > 0 ? std::optional(std::string(kPart, 'x')) : std::nullopt;
      };
      return response;
    });
    return router_;
  }

  http::Router router_;
  http::Server server_;
};

inline std::string get(const std::string& path, const std::string& more_headers = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more_headers + "\r\n";
}

inline std::string post(const std::string& path, const std::string& body,
                        const std::string& more_headers = "") {
  return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more_headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace leadspool::test

// HTTP as values: what a handler is given and what it gives back, whichever side of a connection we are on.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace leadspool::http {

struct Header {
  std::string name;
  std::string value;
};

// The first header of that name, in any case; empty when there is none.
[[nodiscard]] std::string_view find_header(const std::vector<Header>& headers, std::string_view name);

struct Request {
  std::string method;
  std::string path;  // percent-decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;
  std::vector<std::pair<std::string, std::string>> path_parameters;  // filled by the Router
  std::vector<Header> headers;
  std::string body;
  // "203.0.113.7"; empty for a Unix socket. Behind a trusted proxy, whom that one names.
  std::string remote_address;

  // nullopt when absent.
  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
  // The router matched it, so it is there.
  [[nodiscard]] std::string_view path_value(std::string_view name) const;
  [[nodiscard]] std::string_view header(std::string_view name) const { return find_header(headers, name); }
};

// From "Authorization: Bearer <token>", the scheme in any case; empty when there is none. Valid as long as
// the request.
[[nodiscard]] std::string_view bearer_token(const Request& request);

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<Header> headers;
  // Set: the body is what this gives, part by part until nullopt, and `body` is empty. It is called on the
  // connection's thread each time the peer has taken the part before, and may wait, so it must come to an end
  // by itself when the service stops. An empty part is for a look whether anybody still listens. When the
  // peer went away, it throws, or the server stops, the connection is cut and it is called no more. It is
  // destroyed in any case, at once when the request was a HEAD.
  std::function<std::optional<std::string>()> next_part;
  // The connection is cut instead of answering. For the simulator of a CRM that does so.
  bool drop_connection = false;
  // How long the answer is held back, to slow the peer down. Meanwhile the connection gives way to others,
  // and is then answered 503 instead.
  std::chrono::milliseconds delay{0};
};

// An expected failure. The server turns it into
//   {"error":{"code":"...","message":"...", <details>}, <beside>}
// and nothing else in the project writes such JSON.
struct Error {
  int status;
  std::string code;                                          // snake_case, for programs
  std::string message;                                       // what is wrong and how to mend it, for people
  std::vector<std::pair<std::string, std::string>> details;  // more members of "error"
  std::vector<std::pair<std::string, std::string>> beside;   // members beside "error"
  std::vector<Header> headers;
  std::chrono::milliseconds delay{0};  // as Response::delay
};

using Answer = std::variant<Response, Error>;

// The one place where an error becomes HTTP.
[[nodiscard]] Response to_response(const Error& error);

}  // namespace leadspool::http

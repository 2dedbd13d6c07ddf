// Which handler answers a request. Independent of any socket: the CLI calls one in process.
//
// Thread-safety: add() and add_header() before use; handle() from any thread, as far as the handlers allow.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.h"

namespace leadspool::http {

using Handler = std::function<Answer(const Request&)>;

class Router {
 public:
  // `pattern` is a path whose segments are literal or "{name}", which takes any one segment that is not
  // empty: "/leads/{source}". The first match in the order of adding wins. GET answers HEAD too.
  void add(std::string_view method, std::string_view pattern, Handler handler);

  // Goes with every answer, whoever gives it, but for one that has a header of this name already.
  void add_header(Header header) { headers_.push_back(std::move(header)); }

  // Never throws: 404 for an unknown path; 405 with Allow for a known path and another method; what a
  // handler throws is logged once and becomes a 500 that says nothing of the inside.
  [[nodiscard]] Response handle(Request& request) const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> segments;
    Handler handler;
  };

  [[nodiscard]] Response answer(Request& request) const;

  std::vector<Route> routes_;
  std::vector<Header> headers_;
};

}  // namespace leadspool::http

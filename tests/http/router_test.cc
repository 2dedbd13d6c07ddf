#include "http/router.h"

#include <stdexcept>

#include <nlohmann/json.hpp>

#include "support/catch.h"

namespace leadspool::http {
namespace {

Handler saying(const std::string& text) {
  return [text](const Request&) -> Answer { return Response{.body = text}; };
}

Response ask(const Router& router, const std::string& method, const std::string& path) {
  Request request{.method = method, .path = path};
  return router.handle(request);
}

}  // namespace

TEST_CASE("a request reaches the first route that fits") {
  Router router;
  router.add("GET", "/", saying("root"));
  router.add("GET", "/leads", saying("list"));
  router.add("GET", "/leads/new", saying("new"));
  router.add("GET", "/leads/{id}", saying("one"));
  router.add("POST", "/leads/{id}/redrive", saying("redrive"));

  REQUIRE(ask(router, "GET", "/").body == "root");
  REQUIRE(ask(router, "GET", "/leads").body == "list");
  REQUIRE(ask(router, "GET", "/leads/new").body == "new");
  REQUIRE(ask(router, "GET", "/leads/7").body == "one");
  REQUIRE(ask(router, "HEAD", "/leads/7").body == "one");
  REQUIRE(ask(router, "POST", "/leads/7/redrive").body == "redrive");
}

TEST_CASE("the segments of a pattern are handed to the handler") {
  Router router;
  router.add("GET", "/a/{first}/b/{second}", [](const Request& request) -> Answer {
    return Response{.body = std::string(request.path_value("first")) + "+" +
                            std::string(request.path_value("second"))};
  });
  REQUIRE(ask(router, "GET", "/a/x y/b/z").body == "x y+z");
}

TEST_CASE("every unknown path gets the same bytes") {
  Router router;
  router.add("GET", "/leads/{id}", saying("one"));
  const auto first = ask(router, "GET", "/nothing");
  REQUIRE(first.status == 404);
  for (const std::string path :
       {"", "/", "x", "/leads", "/leads/", "/leads//", "/leads/7/", "/leads/7/8", "//leads/7"}) {
    INFO(path);
    const auto other = ask(router, "GET", path);
    REQUIRE(other.status == 404);
    REQUIRE(other.body == first.body);
    REQUIRE(other.headers.empty());
  }
}

TEST_CASE("a known path with another method is answered with the methods it takes") {
  Router router;
  router.add("GET", "/leads/{id}", saying("one"));
  router.add("DELETE", "/leads/{id}", saying("erased"));
  const auto response = ask(router, "PUT", "/leads/7");
  REQUIRE(response.status == 405);
  REQUIRE(find_header(response.headers, "Allow") == "GET, HEAD, DELETE");
}

TEST_CASE("what a handler throws becomes a 500 that says nothing of the inside") {
  Router router;
  router.add("GET", "/known", [](const Request&) -> Answer { throw std::runtime_error("secret inside"); });
  router.add("GET", "/odd", [](const Request&) -> Answer { throw 7; });
  for (const std::string path : {"/known", "/odd"}) {
    const auto response = ask(router, "GET", path);
    REQUIRE(response.status == 500);
    REQUIRE(response.body.find("secret") == std::string::npos);
    REQUIRE(nlohmann::json::parse(response.body)["error"]["code"] == "internal_error");
  }
}

TEST_CASE("an error becomes JSON with its details in and beside it, whatever bytes it quotes") {
  const auto response = to_response({.status = 422,
                                     .code = "unreadable",
                                     .message = "not UTF-8: \xff",
                                     .details = {{"field", "Email"}},
                                     .beside = {{"id", "0190"}},
                                     .headers = {{"Retry-After", "5"}}});
  REQUIRE(response.status == 422);
  REQUIRE(response.content_type == "application/json");
  REQUIRE(find_header(response.headers, "retry-after") == "5");
  const auto json = nlohmann::json::parse(response.body);
  REQUIRE(json["error"]["code"] == "unreadable");
  REQUIRE(json["error"]["field"] == "Email");
  REQUIRE(json["id"] == "0190");
}

}  // namespace leadspool::http

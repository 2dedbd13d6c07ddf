// Who may call, and what every answer carries.
#include <filesystem>
#include <fstream>

#include "admin_fixture.h"
#include "support/catch.h"

namespace leadspool::test {

TEST_CASE("no answer under /api is given without the token") {
  AdminFixture admin;
  const Uuid lead = admin.add_lead();
  const std::string path = AdminFixture::path_of(lead);
  const std::vector<std::pair<std::string, std::string>> routes{
      {"GET", "/api/v1/leads"},
      {"GET", path},
      {"GET", path + "/payload"},
      {"POST", path + "/redrive"},
      {"POST", path + "/release"},
      {"POST", path + "/discard"},
      {"POST", path + "/revisions"},
      {"POST", "/api/v1/reload"},
      {"GET", "/api/v1/status"},
      {"GET", "/api/v1/dead-letters"},
      {"GET", "/api/v1/destinations"},
      {"POST", "/api/v1/destinations/crm/pause"},
      {"POST", "/api/v1/destinations/crm/resume"},
      {"POST", "/api/v1/destinations/crm/test"},
      {"GET", "/api/v1/destinations/crm/preview"},
      {"POST", "/api/v1/redrives"},
      {"GET", "/api/v1/redrives"},
      {"GET", "/api/v1/redrives/" + to_string(lead)},
      {"POST", "/api/v1/redrives/" + to_string(lead) + "/cancel"}};
  for (const auto& [method, route] : routes) {
    const auto response = admin.call(method, route, {}, {}, std::nullopt);
    REQUIRE(response.status == 401);
    REQUIRE(error_code(response) == "unauthorized");
    REQUIRE(http::find_header(response.headers, "WWW-Authenticate") == "Bearer");
  }
  REQUIRE(admin.delivery(lead).state == State::pending);
}

TEST_CASE("a wrong token is answered with the same bytes as none") {
  AdminFixture admin;
  const auto none = admin.call("GET", "/api/v1/status", {}, {}, std::nullopt);
  for (const char* wrong : {"Bearer wrong", "Bearer ", "Bearer", "", "Basic correct horse battery staple",
                            "Bearer correct horse battery staple ", "correct horse battery staple"}) {
    const auto response = admin.call("GET", "/api/v1/status", {}, {}, wrong);
    REQUIRE(response.status == none.status);
    REQUIRE(response.body == none.body);
    REQUIRE(response.headers.size() == none.headers.size());
  }
}

TEST_CASE("any of the configured tokens opens, and the scheme has no case") {
  AdminFixture admin;
  for (const auto& right : {std::string("Bearer another"), std::string("bearer ") + kToken}) {
    REQUIRE(admin.call("GET", "/api/v1/status", {}, {}, right).status == 200);
  }
}

TEST_CASE("a wrong token revises no lead and reloads nothing") {
  AdminFixture admin;
  bool reloaded = false;
  admin::ServiceView view;
  view.reload = [&] {
    reloaded = true;
    return admin::ReloadReport{.done = true};
  };
  admin::AdminApi api(AdminFixture::with_token(), admin.doors_of_admin(), std::move(view), admin.clock);
  admin.router = {};
  api.add_routes(admin.router);
  const Uuid lead = admin.add_lead();
  const auto path = AdminFixture::path_of(lead);
  REQUIRE(
      admin.call("POST", path + "/revisions", {}, R"({"changes":{"email":"a@b.example"}})", "Bearer wrong")
          .status == 401);
  REQUIRE(admin.get_json(path).at("revisions").empty());
  REQUIRE(admin.call("POST", "/api/v1/reload", {}, {}, "Bearer wrong").status == 401);
  REQUIRE_FALSE(reloaded);
  REQUIRE(admin.call("POST", "/api/v1/reload").status == 200);
  REQUIRE(reloaded);
}

TEST_CASE("new tokens open from the next request on, and the old ones no more") {
  AdminFixture admin;
  REQUIRE(admin.get("/api/v1/status").status == 200);
  admin.api.set_tokens({{"rotated", sha256("rotated")}});
  REQUIRE(admin.get("/api/v1/status").status == 401);
  REQUIRE(admin.call("GET", "/api/v1/status", {}, {}, "Bearer rotated").status == 200);
  admin.api.set_tokens({});
  REQUIRE(admin.call("GET", "/api/v1/status", {}, {}, "Bearer rotated").status == 401);
}

TEST_CASE("with no token configured nobody may call") {
  AdminFixture admin({.access = admin::Access::token, .tokens = {}});
  REQUIRE(admin.call("GET", "/api/v1/status", {}, {}, "Bearer ").status == 401);
  REQUIRE(admin.get("/api/v1/status").status == 401);
}

TEST_CASE("the hash of nothing does not let an empty token in") {
  AdminFixture admin({.access = admin::Access::token, .tokens = {{"api", sha256("")}}});
  REQUIRE(admin.call("GET", "/api/v1/status", {}, {}, std::nullopt).status == 401);
  REQUIRE(admin.call("GET", "/api/v1/status", {}, {}, "Bearer ").status == 401);
}

TEST_CASE("open access needs no token and names its own actor") {
  AdminFixture admin({.access = admin::Access::open, .tokens = {}});
  const Uuid lead = admin.add_held_lead();
  REQUIRE(admin.call("POST", AdminFixture::path_of(lead) + "/release", {}, {}, std::nullopt).status == 200);
  const auto audit = admin.get_json(AdminFixture::path_of(lead)).at("audit");
  REQUIRE(audit.back().at("actor") == "cli");
}

TEST_CASE("no answer may be cached or sniffed, errors included") {
  AdminFixture admin;
  const Uuid lead = admin.add_lead();
  const auto answers = {admin.get("/api/v1/leads"),
                        admin.get(AdminFixture::path_of(lead) + "/payload"),
                        admin.get("/api/v1/leads", {{"state", "lost"}}),
                        admin.get("/api/v1/leads/unknown"),
                        admin.call("GET", "/api/v1/status", {}, {}, std::nullopt),
                        admin.get("/nothing/here"),
                        admin.call("PUT", "/api/v1/status"),
                        admin.get("/healthz"),
                        admin.get("/readyz")};
  for (const auto& response : answers) {
    REQUIRE(http::find_header(response.headers, "Cache-Control") == "no-store");
    REQUIRE(http::find_header(response.headers, "X-Content-Type-Options") == "nosniff");
  }
}

TEST_CASE("health and readiness need no token") {
  AdminFixture admin;
  for (const char* path : {"/healthz", "/readyz"}) {
    const auto response = admin.call("GET", path, {}, {}, std::nullopt);
    REQUIRE(response.status == 200);
    REQUIRE(response.body == "ok\n");
  }
}

TEST_CASE("health and readiness say why nothing can be stored") {
  AdminFixture admin;
  admin.trouble = "the disk is full";
  for (const char* path : {"/healthz", "/readyz"}) {
    const auto response = admin.get(path);
    REQUIRE(response.status == 503);
    REQUIRE(error_code(response) == "store_down");
    REQUIRE(error_message(response) == "the disk is full");
  }
  admin.trouble.reset();
  REQUIRE(admin.get("/healthz").status == 200);
}

TEST_CASE("a store that cannot be read is alive but not ready") {
  AdminFixture admin;
  admin.add_lead();
  for (const auto& name : {admin.path, admin.path + "-wal"}) {
    const auto size = std::filesystem::file_size(name);
    std::fstream(name, std::ios::in | std::ios::out | std::ios::binary) << std::string(size, '\xff');
  }
  REQUIRE(admin.get("/healthz").status == 200);
  const auto response = admin.get("/readyz");
  REQUIRE(response.status == 503);
  REQUIRE(error_code(response) == "store_down");
  REQUIRE(error_message(response).find("cannot read the store") != std::string::npos);
  REQUIRE(admin.get("/api/v1/leads").status == 500);
}

TEST_CASE("a token that only reads changes nothing") {
  AdminFixture admin;
  admin.api.set_tokens({{"reader", sha256("reader"), admin::Role::read}, {"api", sha256(kToken)}});
  const Uuid lead = admin.add_held_lead();
  int operating = 0;
  for (const auto& route : admin.api.routes()) {
    if (!route.needs_token) continue;
    std::string path = route.pattern;
    for (const std::string name : {"{id}", "{name}"}) {
      if (const auto at = path.find(name); at != std::string::npos) {
        path.replace(at, name.size(), name == "{id}" ? to_string(lead) : "crm");
      }
    }
    INFO(route.method << " " << path);
    const auto response = admin.call(std::string(route.method), path, {}, {}, "Bearer reader");
    if (route.role == admin::Role::operate) {
      ++operating;
      REQUIRE(response.status == 403);
      REQUIRE(error_code(response) == "read_only_token");
    } else {
      REQUIRE(response.status != 401);
      REQUIRE(response.status != 403);
    }
    if (route.method == "GET") REQUIRE(route.role == admin::Role::read);
  }
  REQUIRE(operating > 0);
  REQUIRE(admin.delivery(lead).state == State::held);
}

TEST_CASE("every route under /api needs a token") {
  AdminFixture admin;
  for (const auto& route : admin.api.routes()) {
    INFO(route.pattern);
    if (route.pattern.starts_with("/api/")) REQUIRE(route.needs_token);
    if (!route.needs_token) continue;
    REQUIRE(admin.call(std::string(route.method), route.pattern, {}, {}, std::nullopt).status == 401);
  }
}

TEST_CASE("who calls is told their name, their role and the version") {
  AdminFixture admin;
  admin.api.set_tokens({{"reader", sha256("reader"), admin::Role::read}, {"api", sha256(kToken)}});
  const auto whoami = admin.get_json("/api/v1/whoami");
  REQUIRE(whoami.at("name") == "api");
  REQUIRE(whoami.at("role") == "operate");
  REQUIRE_FALSE(whoami.at("version").get<std::string>().empty());
  const auto reader = admin.call("GET", "/api/v1/whoami", {}, {}, "Bearer reader");
  REQUIRE(nlohmann::json::parse(reader.body).at("role") == "read");
}

TEST_CASE("an address with many wrong tokens is held back, and refused, but a right token never is") {
  AdminFixture admin;
  for (int i = 0; i < 10; ++i) {
    const auto response = admin.call("GET", "/api/v1/status", {}, {}, "Bearer wrong");
    REQUIRE(response.status == 401);
    REQUIRE(response.delay.count() == 0);
  }
  const auto refused = admin.call("GET", "/api/v1/status", {}, {}, "Bearer wrong");
  REQUIRE(refused.status == 429);
  REQUIRE(error_code(refused) == "too_many_wrong_tokens");
  REQUIRE(refused.delay == std::chrono::seconds{1});
  const int retry_after = std::stoi(std::string(http::find_header(refused.headers, "Retry-After")));

  const auto right = admin.get("/api/v1/whoami");
  REQUIRE(right.status == 200);
  REQUIRE(right.delay.count() == 0);
  // Who presents none guesses at nothing.
  REQUIRE(admin.call("GET", "/api/v1/status", {}, {}, std::nullopt).status == 401);

  admin.clock.advance(std::chrono::seconds{retry_after});
  REQUIRE(admin.call("GET", "/api/v1/status", {}, {}, "Bearer wrong").status == 401);
}

TEST_CASE("wrong tokens of one address hold back no other") {
  AdminFixture admin;
  const auto call_from = [&](const std::string& address) {
    http::Request request;
    request.method = "GET";
    request.path = "/api/v1/status";
    request.remote_address = address;
    request.headers = {{"Authorization", "Bearer wrong"}};
    return admin.router.handle(request).status;
  };
  for (int i = 0; i < 10; ++i) REQUIRE(call_from("203.0.113.7") == 401);
  REQUIRE(call_from("203.0.113.7") == 429);
  REQUIRE(call_from("203.0.113.8") == 401);
}

TEST_CASE("no answer may be framed, run anything, or tell another site where it was asked for") {
  AdminFixture admin;
  const auto answers = {admin.get("/api/v1/leads"), admin.get("/nothing/here"), admin.get("/healthz"),
                        admin.call("PUT", "/api/v1/status"),
                        admin.call("GET", "/api/v1/status", {}, {}, std::nullopt)};
  for (const auto& response : answers) {
    REQUIRE(http::find_header(response.headers, "X-Frame-Options") == "DENY");
    REQUIRE(http::find_header(response.headers, "Referrer-Policy") == "no-referrer");
    REQUIRE(http::find_header(response.headers, "Content-Security-Policy") ==
            "default-src 'none'; frame-ancestors 'none'");
    REQUIRE(http::find_header(response.headers, "Access-Control-Allow-Origin").empty());
    REQUIRE(http::find_header(response.headers, "Set-Cookie").empty());
  }
}

TEST_CASE("while no lead can be received the service is alive but not ready") {
  AdminFixture admin;
  auto view = admin.service();
  view.not_ready = [] { return std::optional<std::string>("The receiver takes no leads at this moment."); };
  admin::AdminApi api(AdminFixture::with_token(), admin.doors_of_admin(), std::move(view), admin.clock);
  admin.router = {};
  api.add_routes(admin.router);
  REQUIRE(admin.get("/healthz").status == 200);
  const auto response = admin.get("/readyz");
  REQUIRE(response.status == 503);
  REQUIRE(error_code(response) == "not_ready");
}

}  // namespace leadspool::test

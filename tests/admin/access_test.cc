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
  admin.api.set_tokens({sha256("rotated")});
  REQUIRE(admin.get("/api/v1/status").status == 401);
  REQUIRE(admin.call("GET", "/api/v1/status", {}, {}, "Bearer rotated").status == 200);
  admin.api.set_tokens({});
  REQUIRE(admin.call("GET", "/api/v1/status", {}, {}, "Bearer rotated").status == 401);
}

TEST_CASE("with no token configured nobody may call") {
  AdminFixture admin({.access = admin::Access::token, .token_hashes = {}, .actor = "api"});
  REQUIRE(admin.call("GET", "/api/v1/status", {}, {}, "Bearer ").status == 401);
  REQUIRE(admin.get("/api/v1/status").status == 401);
}

TEST_CASE("the hash of nothing does not let an empty token in") {
  AdminFixture admin({.access = admin::Access::token, .token_hashes = {sha256("")}, .actor = "api"});
  REQUIRE(admin.call("GET", "/api/v1/status", {}, {}, std::nullopt).status == 401);
  REQUIRE(admin.call("GET", "/api/v1/status", {}, {}, "Bearer ").status == 401);
}

TEST_CASE("open access needs no token and names its own actor") {
  AdminFixture admin({.access = admin::Access::open, .token_hashes = {}, .actor = "cli"});
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

}  // namespace leadspool::test

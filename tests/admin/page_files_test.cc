// The page's files, as the program holds them.
#include <regex>
#include <set>

#include "admin_fixture.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

// Without a token: who opens the page has shown none yet.
http::Response open(AdminFixture& admin, const std::string& path, const std::string& method = "GET") {
  return admin.call(method, path, {}, {}, std::nullopt);
}

// What a file of the page names as another one of it.
std::set<std::string> names_in(const std::string& text) {
  static const std::regex kName(
      R"re((?:/page/|from\s+"\./|import\s+"\./|import\("\./)([a-z0-9_]+\.(?:js|css|svg|html)))re");
  std::set<std::string> names;
  for (std::sregex_iterator at(text.begin(), text.end(), kName), end; at != end; ++at) names.insert((*at)[1]);
  return names;
}

std::string type_of(const std::string& name) {
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "text/html; charset=utf-8";
}

}  // namespace

TEST_CASE("the page needs no token") {
  AdminFixture admin;
  const auto page = open(admin, "/");
  REQUIRE(page.status == 200);
  REQUIRE(page.content_type == "text/html; charset=utf-8");
  REQUIRE(page.body.find("<html") != std::string::npos);
  REQUIRE(open(admin, "/", "HEAD").status == 200);
}

TEST_CASE("every file that the page names is there, with its type") {
  AdminFixture admin;
  std::set<std::string> left = names_in(open(admin, "/").body);
  std::set<std::string> seen;
  REQUIRE_FALSE(left.empty());
  while (!left.empty()) {
    const std::string name = *left.begin();
    left.erase(left.begin());
    if (!seen.insert(name).second) continue;
    INFO(name);
    const auto file = open(admin, "/page/" + name);
    REQUIRE(file.status == 200);
    REQUIRE(file.content_type == type_of(name));
    const auto named = names_in(file.body);
    left.insert(named.begin(), named.end());
  }
}

TEST_CASE("the page may load what is its own and nothing else, and nothing may frame it") {
  AdminFixture admin;
  for (const auto& path : {"/", "/page/index.html"}) {
    const auto page = open(admin, path);
    std::vector<std::string> policies;
    for (const auto& [name, value] : page.headers) {
      if (name == "Content-Security-Policy") policies.push_back(value);
    }
    REQUIRE(policies.size() == 1);
    for (const auto& part :
         {"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
          "img-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"}) {
      INFO(part);
      REQUIRE(policies[0].find(part) != std::string::npos);
    }
    REQUIRE(policies[0].find("unsafe") == std::string::npos);
  }
}

TEST_CASE("a file that is not the page's is not there") {
  AdminFixture admin;
  for (const auto& path : {"/page/nothing.js", "/page/", "/page", "/page/..", "/page/../index.html",
                           "/page/%2e%2e", "/index.html", "/favicon.ico"}) {
    INFO(path);
    const auto response = open(admin, path);
    REQUIRE(response.status == 404);
    REQUIRE(error_code(response) == "not_found");
  }
  REQUIRE(open(admin, "/", "POST").status == 405);
}

}  // namespace leadspool::test

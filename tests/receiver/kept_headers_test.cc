#include "receiver/kept_headers.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"

using leadspool::receiver::kept_headers_json;

TEST_CASE("a request's headers are kept, lower-case, in their order, repeated ones joined") {
  REQUIRE(kept_headers_json(
              {{"Host", "leads.example"}, {"X-A", "1"}, {"Content-Type", "text/plain"}, {"x-a", "2"}},
              "key") == R"({"host":"leads.example","x-a":"1, 2","content-type":"text/plain"})");
  REQUIRE(kept_headers_json({}, "key") == "{}");
}

TEST_CASE("no header that carries a credential or the key is kept") {
  REQUIRE(kept_headers_json({{"AUTHORIZATION", "Basic abc"},
                             {"Proxy-Authorization", "x"},
                             {"cookie", "a=b"},
                             {"X-Original-URL", "/leads/m?key=k3y&x=1"},
                             {"Referer", "https://h/?k3y"},
                             {"X-k3y", "1"},
                             {"Accept", "*/*"}},
                            "k3y") == R"({"accept":"*/*"})");
}

TEST_CASE("a header of any bytes becomes valid JSON") {
  const std::string json =
      kept_headers_json({{"X-\xFF", "a\xFF\"\\\n\x01"}, {"Y", std::string("\0", 1)}}, "key");
  REQUIRE(nlohmann::json::parse(json).size() == 2);
}

TEST_CASE("no header that carries the key percent-encoded is kept") {
  REQUIRE(kept_headers_json({{"X-Upper", "/leads/m?key=a%2Bb%2F%20c%3D"},
                             {"X-Lower", "/leads/m?x=%&key=a%2bb%2f+c%3d&y=%4"},
                             {"X-Plain", "a+b/ c="},
                             {"X-Other", "a+b/%zz+%41"}},
                            "a+b/ c=") == R"({"x-other":"a+b/%zz+%41"})");
  REQUIRE(kept_headers_json({{"X-Needless", "%6B3y"}, {"X-End", "100%"}}, "k3y") == R"({"x-end":"100%"})");
}

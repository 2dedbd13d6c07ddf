#include "http/forwarded.h"

#include "support/catch.h"

namespace leadspool::http {
namespace {

// Of a request from `peer`, where 10.0.0.0/8 and fd00::/8 are trusted.
std::string client(const std::string& peer, const std::vector<Header>& headers) {
  const Networks trusted{Network::parse("10.0.0.0/8").value(), Network::parse("fd00::/8").value()};
  return client_address(IpAddress::parse(peer).value(), headers, trusted).to_string();
}

}  // namespace

TEST_CASE("nobody but a trusted proxy is believed") {
  REQUIRE(client("198.51.100.1", {{"X-Forwarded-For", "192.0.2.1"}, {"Forwarded", "for=192.0.2.1"}}) ==
          "198.51.100.1");
  REQUIRE(client("2001:db8::1", {{"Forwarded", "for=192.0.2.1"}}) == "2001:db8::1");
  REQUIRE(client("10.0.0.1", {}) == "10.0.0.1");
}

TEST_CASE("X-Forwarded-For is read from its end to the first who is not trusted") {
  struct {
    std::string list;
    std::string client;
  } const table[] = {
      {"192.0.2.1", "192.0.2.1"},
      {" 192.0.2.1 ", "192.0.2.1"},
      {"203.0.113.9, 192.0.2.1", "192.0.2.1"},
      {"192.0.2.1, 10.0.0.2", "192.0.2.1"},
      {"192.0.2.1,10.0.0.2,fd00::2", "192.0.2.1"},
      {"203.0.113.9, 192.0.2.1, 10.0.0.2", "192.0.2.1"},
      {"10.0.0.3, 10.0.0.2", "10.0.0.3"},
      {"192.0.2.1:443", "192.0.2.1"},
      {"2001:db8::1", "2001:db8::1"},
      {"[2001:db8::1]", "2001:db8::1"},
      {"[2001:db8::1]:443", "2001:db8::1"},
      {"::ffff:192.0.2.1", "192.0.2.1"},
      {"192.0.2.1, ::ffff:10.0.0.2", "192.0.2.1"},
      {"192.0.2.1, , 10.0.0.2,", "192.0.2.1"},
      // What cannot be read ends the list.
      {"", "10.0.0.1"},
      {"garbage", "10.0.0.1"},
      {"unknown", "10.0.0.1"},
      {"192.0.2.1, garbage", "10.0.0.1"},
      {"192.0.2.1, unknown, 10.0.0.2", "10.0.0.2"},
      {"garbage, 192.0.2.1", "192.0.2.1"},
      {"192.0.2.1:", "10.0.0.1"},
      {"192.0.2.1:x", "10.0.0.1"},
      {"192.0.2.1:123456", "10.0.0.1"},
      {"[192.0.2.1]", "10.0.0.1"},
      {"[2001:db8::1", "10.0.0.1"},
      {"[2001:db8::1]443", "10.0.0.1"},
      {"192.0.2.1 10.0.0.2", "10.0.0.1"},
      {"\"192.0.2.1\"", "10.0.0.1"},
      {"192.0.2.0/24", "10.0.0.1"},
      // Quotes mean nothing here, so a client cannot hide behind one.
      {"\"203.0.113.9, 192.0.2.1", "192.0.2.1"},
  };
  for (const auto& [list, expected] : table) {
    INFO(list);
    REQUIRE(client("10.0.0.1", {{"x-forwarded-FOR", list}}) == expected);
  }
}

TEST_CASE("Forwarded is read from its end to the first who is not trusted") {
  struct {
    std::string list;
    std::string client;
  } const table[] = {
      {"for=192.0.2.1", "192.0.2.1"},
      {"For=192.0.2.1;Proto=https;by=10.0.0.1", "192.0.2.1"},
      // What a client wrote must not swallow what the proxy added behind it.
      {"for=192.0.2.66;x=a\", for=192.0.2.1", "10.0.0.1"},
      {"for=192.0.2.66;x=\"a, for=192.0.2.1", "10.0.0.1"},
      {"proto=http; for=192.0.2.1 ;host=example.com", "192.0.2.1"},
      {"for=\"192.0.2.1:8080\"", "192.0.2.1"},
      {"for=\"192.0.2.\\1\"", "192.0.2.1"},
      {"for=\"[2001:db8::1]\"", "2001:db8::1"},
      {"for=\"[2001:db8::1]:8080\";proto=https", "2001:db8::1"},
      {"for=203.0.113.9, for=192.0.2.1", "192.0.2.1"},
      {"for=192.0.2.1, for=10.0.0.2", "192.0.2.1"},
      {"for=192.0.2.1, for=\"[fd00::2]:80\", for=10.0.0.2", "192.0.2.1"},
      {"for=192.0.2.1;host=\"a, for=203.0.113.9\"", "192.0.2.1"},
      {"for=192.0.2.1;host=\"a\\\", for=203.0.113.9;b=\\\"\"", "192.0.2.1"},
      // What cannot be read, or hides who it was, ends the list.
      {"for=unknown", "10.0.0.1"},
      {"for=_hidden", "10.0.0.1"},
      {"for=192.0.2.1, for=_hidden, for=10.0.0.2", "10.0.0.2"},
      {"for=192.0.2.1, proto=https", "10.0.0.1"},
      {"for=192.0.2.1;for=192.0.2.2", "10.0.0.1"},
      {"for", "10.0.0.1"},
      {"for=", "10.0.0.1"},
      {"for=\"192.0.2.1", "10.0.0.1"},
      {"for=\"192.0.2.1\\", "10.0.0.1"},
      {"for=\"192.0.2.1\"x", "10.0.0.1"},
      {"for=\"\", for=192.0.2.1\"", "10.0.0.1"},
      {"192.0.2.1", "10.0.0.1"},
      {"for=192.0.2.1;", "10.0.0.1"},
  };
  for (const auto& [list, expected] : table) {
    INFO(list);
    REQUIRE(client("10.0.0.1", {{"forwarded", list}}) == expected);
  }
}

TEST_CASE("several headers are one list") {
  REQUIRE(
      client("10.0.0.1", {{"X-Forwarded-For", "192.0.2.1"}, {"A", "b"}, {"X-Forwarded-For", "10.0.0.2"}}) ==
      "192.0.2.1");
  REQUIRE(client("fd00::1", {{"Forwarded", "for=192.0.2.1"}, {"Forwarded", "for=10.0.0.2"}}) == "192.0.2.1");
  // A quote that is not closed hides the rest of its own header only.
  REQUIRE(client("10.0.0.1", {{"Forwarded", "for=\"x"}, {"Forwarded", "for=192.0.2.1"}}) == "192.0.2.1");
}

TEST_CASE("where both headers are there and contradict each other, neither is believed") {
  const Header forwarded{"Forwarded", "for=192.0.2.1"};
  REQUIRE(client("10.0.0.1", {forwarded, {"X-Forwarded-For", "192.0.2.1"}}) == "192.0.2.1");
  REQUIRE(client("10.0.0.1", {forwarded, {"X-Forwarded-For", "192.0.2.2"}}) == "10.0.0.1");
  REQUIRE(client("10.0.0.1", {forwarded, {"X-Forwarded-For", ""}}) == "192.0.2.1");
}

}  // namespace leadspool::http

#include "base/ip_address.h"

#include "support/catch.h"

namespace leadspool {
namespace {

IpAddress address(const std::string& text) { return IpAddress::parse(text).value(); }

}  // namespace

TEST_CASE("addresses are read and written") {
  struct {
    std::string text;
    std::string written;
  } const table[] = {
      {"203.0.113.7", "203.0.113.7"},      {"0.0.0.0", "0.0.0.0"}, {"::ffff:203.0.113.7", "203.0.113.7"},
      {"::FFFF:cb00:7107", "203.0.113.7"}, {"::1", "::1"},         {"2001:DB8:0:0::7", "2001:db8::7"},
  };
  for (const auto& [text, written] : table) {
    INFO(text);
    REQUIRE(address(text).to_string() == written);
  }
  for (const std::string text :
       {"", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4:80", "[::1]",
        "fe80::1%eth0", "::1/128", "localhost", "1:2:3", "::ffff:1.2.3"}) {
    INFO(text);
    REQUIRE_FALSE(IpAddress::parse(text));
  }
  REQUIRE_FALSE(IpAddress::parse(std::string("1.2.3.4\0", 8)));
}

TEST_CASE("a network holds the addresses that begin as it does") {
  struct {
    std::string network;
    std::string inside;
    std::string outside;
  } const table[] = {
      {"10.0.0.0/8", "10.255.255.255", "11.0.0.0"},
      {"10.1.2.3/8", "10.0.0.0", "9.255.255.255"},
      {"192.0.2.128/25", "192.0.2.128", "192.0.2.127"},
      {"192.0.2.1", "192.0.2.1", "192.0.2.2"},
      {"192.0.2.1/32", "::ffff:192.0.2.1", "192.0.2.0"},
      {"0.0.0.0/0", "255.255.255.255", "::1"},
      {"::ffff:10.0.0.0/104", "10.9.9.9", "11.0.0.0"},
      {"::1", "::1", "::2"},
      {"fd00::/8", "fdff::1", "fc00::1"},
      {"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"},
      {"2001:db8::/128", "2001:db8::", "2001:db8::1"},
  };
  for (const auto& [network, inside, outside] : table) {
    INFO(network);
    const auto parsed = Network::parse(network);
    REQUIRE(parsed);
    REQUIRE(parsed->holds(address(inside)));
    REQUIRE_FALSE(parsed->holds(address(outside)));
    REQUIRE(Network::parse(network).has_value());
  }
  for (const std::string text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0.0/8 ",
        "10.0.0.0/8/8", "10.0.0.0/255.0.0.0", "::/129", "10.0/8", "proxy"}) {
    INFO(text);
    REQUIRE_FALSE(Network::parse(text).has_value());
  }
}

TEST_CASE("a site is an IPv4 address, or 64 bits of an IPv6 one") {
  REQUIRE(address("192.0.2.1").site() == address("::ffff:192.0.2.1").site());
  REQUIRE_FALSE(address("192.0.2.1").site() == address("192.0.2.2").site());
  REQUIRE(address("2001:db8:1:2:3::4").site() == address("2001:db8:1:2:ffff::").site());
  REQUIRE_FALSE(address("2001:db8:1:2::").site() == address("2001:db8:1:3::").site());
}

}  // namespace leadspool

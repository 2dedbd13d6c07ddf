#include "receiver/sender_headers.h"

#include "base/digest.h"
#include "support/catch.h"

using namespace leadspool;
using receiver::content_encodings;
using receiver::idempotency_key;
using Encodings = std::vector<std::string_view>;

TEST_CASE("encodings are listed in their order, over all headers, without identity") {
  const std::vector<http::Header> headers{
      {"Content-Encoding", " gzip ,, identity,X-Thing"}, {"Accept", "x"}, {"CONTENT-ENCODING", "Deflate"}};
  REQUIRE(content_encodings(headers) == Encodings{"gzip", "X-Thing", "Deflate"});
  REQUIRE(content_encodings({{"Content-Encoding", "Identity"}}).empty());
  REQUIRE(content_encodings({{"Content-Encoding", ""}}).empty());
  REQUIRE(content_encodings({{"Content-Encoding", ","}}).empty());
  REQUIRE(content_encodings({{"Content-Type", "gzip"}}).empty());
}

TEST_CASE("a sender's key is Idempotency-Key, else webhook-id, without blanks round it") {
  REQUIRE(idempotency_key({{"webhook-id", "w"}, {"idempotency-KEY", " \ti 1 "}}, "secret") == "i 1");
  REQUIRE(idempotency_key({{"Webhook-Id", "msg_2Kx"}}, "secret") == "msg_2Kx");
  REQUIRE(idempotency_key({{"Idempotency-Key", "  "}, {"webhook-id", "w"}}, "secret") == "w");
  REQUIRE(idempotency_key({{"Idempotency-Key", "  "}}, "secret").empty());
  REQUIRE(idempotency_key({}, "secret").empty());
}

TEST_CASE("a sender's key that cannot be kept as it is stands for itself by its hash") {
  const std::string longest(128, 'x');
  REQUIRE(idempotency_key({{"Idempotency-Key", longest}}, "secret") == longest);
  for (const std::string& key : {longest + "x", std::string("\xFF"), std::string("my secret one")}) {
    REQUIRE(idempotency_key({{"Idempotency-Key", key}}, "secret") == to_hex(sha256(key)));
  }
}

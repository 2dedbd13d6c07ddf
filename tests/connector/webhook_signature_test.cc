#include "connector/webhook_signature.h"

#include "base/digest.h"
#include "support/catch.h"

using leadspool::Secret;
using leadspool::connector::signing_key;
using leadspool::connector::webhook_signature;

TEST_CASE("a signature is the one that Standard Webhooks libraries make") {
  // Computed with Python's hmac, hashlib and base64.
  const auto key = signing_key(Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
  REQUIRE(key.has_value());
  REQUIRE(webhook_signature(*key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})") ==
          "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  REQUIRE(webhook_signature(Secret("plain text"), "id", 7, "") ==
          "v1,qKGoDHg3SutsURNDC4zV/NUPUqDyzCNbr8cJq6zpb1w=");
}

TEST_CASE("a secret without the prefix is its own key, and a broken one is refused") {
  REQUIRE(signing_key(Secret("plain text"))->reveal() == "plain text");
  REQUIRE(signing_key(Secret("whsec_aGk="))->reveal() == "hi");
  REQUIRE(signing_key(Secret{})->empty());
  REQUIRE_FALSE(signing_key(Secret("whsec_")).has_value());
  REQUIRE_FALSE(signing_key(Secret("whsec_not base64")).has_value());
}

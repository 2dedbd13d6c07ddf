// Compressed bodies: read unpacked, kept as they came, bounded.
#include "base/gzip.h"
#include "receiver/front.h"

using namespace leadspool;
using Json = nlohmann::json;
using test::Front;
using test::hex_of;

namespace {

http::Response post(Front& front, std::string body, std::string encoding) {
  return front.send({.body = std::move(body), .headers = {{"Content-Encoding", std::move(encoding)}}});
}

// {"LeadSource":"AzureMarketplace"} as deflate has it, with its wrapping and without.
std::string deflated(bool wrapped) {
  const std::string wrapped_text =
      from_hex("789cab56f2494d4c09ce2f2d4a4e55b25272ac2a2d4af54d2cca4e2d29c849040ad50200c8a10c12").value();
  return wrapped ? wrapped_text : wrapped_text.substr(2, wrapped_text.size() - 6);
}

}  // namespace

TEST_CASE("a compressed lead is read like any other, and kept as it came") {
  Front front;
  const std::string text = test::sample_lead_body("official.json");
  const std::string packed = gzip(text);
  for (const std::string encoding : {"gzip", "x-gzip", "GZip", "identity, gzip"}) {
    INFO(encoding);
    const auto answer = post(front, packed, encoding);
    REQUIRE(answer.status == 202);
    REQUIRE(Json::parse(answer.body)["sha256"] == hex_of(packed));
    const auto stored = front.stored(answer);
    REQUIRE(stored.view.lead.fields.email == "someone@contoso.com");
    REQUIRE(stored.payload_sha256 == sha256(packed));
    REQUIRE(front.store.reader.payload(stored.view.lead.id) == packed);
    REQUIRE(Json::parse(stored.headers_json)["content-encoding"] == encoding);
  }
}

TEST_CASE("deflate is taken with its wrapping and without") {
  Front front;
  for (const bool wrapped : {true, false}) {
    const auto answer = post(front, deflated(wrapped), "deflate");
    REQUIRE(answer.status == 202);
    REQUIRE(front.stored(answer).view.lead.fields.lead_source == "AzureMarketplace");
  }
}

TEST_CASE("the same lead, packed and not, is a duplicate") {
  Front front;
  const std::string text = test::sample_lead_body("official.json");
  const auto first = Json::parse(front.post(text).body);
  const auto second = Json::parse(post(front, gzip(text), "gzip").body);
  REQUIRE(second["status"] == "duplicate");
  REQUIRE(second["duplicate_of"] == first["id"]);
}

TEST_CASE("what is not packed as it says, or in no way known here, is kept for a person") {
  Front front;
  const std::string text = test::sample_lead_body("official.json");
  const std::string packed = gzip(text);
  const std::tuple<std::string, std::string, std::string> table[] = {
      {text, "gzip", "not_unpackable"},
      {packed.substr(0, packed.size() - 1), "gzip", "not_unpackable"},
      {packed + "x", "gzip", "not_unpackable"},
      {text, "deflate", "not_unpackable"},
      {text, "br", "unknown_encoding"},
      {packed, "gzip, gzip", "unknown_encoding"},
      {packed, "gzip, br", "unknown_encoding"},
      {gzip("[1]"), "gzip", "not_an_object"},
  };
  for (const auto& [body, encoding, code] : table) {
    INFO(encoding + " " + code);
    const auto answer = post(front, body, encoding);
    REQUIRE(answer.status == 422);
    REQUIRE(Json::parse(answer.body)["error"]["code"] == code);
    const auto stored = front.stored(answer);
    REQUIRE(stored.view.lead.disposition == Disposition::quarantined);
    REQUIRE(stored.view.lead.disposition_reason.starts_with(code + ": "));
    REQUIRE(stored.view.deliveries.empty());
    REQUIRE(front.store.reader.payload(stored.view.lead.id) == body);
  }
  const auto twice =
      front.send({.body = packed, .headers = {{"Content-Encoding", "gzip"}, {"content-encoding", "gzip"}}});
  REQUIRE(Json::parse(twice.body)["error"]["code"] == "unknown_encoding");
}

TEST_CASE("nothing is a probe, packed or not, whatever the encoding is said to be") {
  Front front;
  for (const auto& [body, encoding] : {std::pair{gzip(""), "gzip"},
                                       {gzip(" \r\n"), "gzip"},
                                       {std::string{}, "gzip"},
                                       {std::string{}, "br"}}) {
    const auto answer = post(front, body, encoding);
    REQUIRE(answer.status == 202);
    REQUIRE(Json::parse(answer.body)["status"] == "probe");
  }
}

TEST_CASE("a body that unpacks to more than the limit is refused, and nothing is stored") {
  auto options = test::default_options();
  options.max_body_bytes = 1'000;
  Front front(options);
  const auto body_of = [](std::size_t size) {
    const std::string start = R"({"LeadSource":")";
    return start + std::string(size - start.size() - 2, 'x') + "\"}";
  };
  REQUIRE(post(front, gzip(body_of(1'000)), "gzip").status == 202);
  REQUIRE(front.lead_count() == 1);

  std::string bomb = gzip(std::string(64 << 20, ' '));
  REQUIRE(bomb.size() < 100'000);
  for (const std::string& body : {gzip(body_of(1'001)), bomb, bomb.substr(0, bomb.size() / 2)}) {
    const auto answer = post(front, body, "gzip");
    REQUIRE(answer.status == 413);
    const auto json = Json::parse(answer.body);
    REQUIRE(json["error"]["code"] == "too_large");
    REQUIRE(json["error"]["message"].get<std::string>().find("1000 bytes") != std::string::npos);
    REQUIRE_FALSE(json.contains("id"));
  }
  REQUIRE(front.lead_count() == 1);
  REQUIRE(front.send({.body = bomb, .key = "wrong", .headers = {{"Content-Encoding", "gzip"}}}).status ==
          404);
}

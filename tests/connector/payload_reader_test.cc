#include "connector/payload_reader.h"

#include "base/gzip.h"
#include "support/catch.h"

using leadspool::gzip;
using leadspool::connector::PayloadReader;

namespace {

std::string at(const std::string& payload, const std::vector<std::string>& path) {
  return PayloadReader(payload).text_at(path);
}

std::string times(std::size_t count, const std::string& text) {
  std::string repeated;
  for (std::size_t i = 0; i < count; ++i) repeated += text;
  return repeated;
}

}  // namespace

TEST_CASE("a value in a payload is found by its path, and is text") {
  const std::string payload = R"({"Text": "a\"b", "Number": 12, "Negative": -3, "Exact": 0.5, "True": true,
    "Null": null, "Empty": "", "List": ["x", {"y": [1, "z"]}], "Object": {"a": 1, "b": [true, null]},
    "key": "lower", "KEY": "upper", "0": "zero", "": "nameless"})";
  const std::pair<std::vector<std::string>, std::string> table[] = {
      {{"Text"}, "a\"b"},
      {{"tEXT"}, "a\"b"},
      {{"Number"}, "12"},
      {{"Negative"}, "-3"},
      {{"Exact"}, "0.5"},
      {{"True"}, "true"},
      {{"Null"}, ""},
      {{"Empty"}, ""},
      {{"Missing"}, ""},
      {{"Text", "deeper"}, ""},
      {{"Null", "deeper"}, ""},
      {{"List", "0"}, "x"},
      {{"List", "1", "Y", "1"}, "z"},
      {{"List", "2"}, ""},
      {{"List", "-1"}, ""},
      {{"List", "x"}, ""},
      {{"List", ""}, ""},
      {{"List", "1x"}, ""},
      {{"List", "99999999999999999999999"}, ""},
      {{"List"}, R"(["x",{"y":[1,"z"]}])"},
      {{"Object"}, R"({"a":1,"b":[true,null]})"},
      {{"key"}, "lower"},
      {{"KEY"}, "upper"},
      {{"kEy"}, "upper"},
      {{"0"}, "zero"},
      {{""}, "nameless"},
  };
  for (const auto& [path, text] : table) {
    INFO(path.front() << " of " << path.size());
    REQUIRE(at(payload, path) == text);
  }
}

TEST_CASE("a payload that was compressed is read unpacked") {
  const std::string payload = R"({"Foo": {"Bar": "größer"}})";
  REQUIRE(at(gzip(payload), {"foo", "bar"}) == "größer");
  REQUIRE(at(gzip(payload) + "x", {"foo", "bar"}).empty());
  REQUIRE(at(gzip("no json"), {"foo"}).empty());
  REQUIRE(at(gzip(R"({"a":")" + std::string(17U * 1024 * 1024, 'x') + "\"}"), {"a"}).empty());
}

TEST_CASE("a payload that cannot be read has nothing at any path") {
  for (const std::string payload :
       {"", " ", "text", "{", "{\"a\":1,}", "{\"a\":\"\xFF\"}", "{\"a\":1}{\"a\":2}", "<a>1</a>", "a=1"}) {
    INFO(payload);
    REQUIRE(at(payload, {"a"}).empty());
  }
  REQUIRE(at("\xEF\xBB\xBF{\"a\":1}", {"a"}) == "1");
}

TEST_CASE("a payload with very many members is read without holding anybody up") {
  std::string payload = "{";
  for (int i = 0; i < 300'000; ++i) payload += '"' + std::to_string(i) + "\":" + std::to_string(i) + ",";
  REQUIRE(at(payload + R"("last":1})", {"299999"}) == "299999");
}

TEST_CASE("only a list in a payload has a length") {
  const PayloadReader reader(R"({"List": [1, null], "Empty": [], "Object": {"0": 1}, "Text": "ab"})");
  REQUIRE(reader.length_at({"list"}) == 2);
  REQUIRE(reader.length_at({}) == 0);
  for (const char* const name : {"Empty", "Object", "Text", "Missing"})
    REQUIRE(reader.length_at({name}) == 0);
}

TEST_CASE("a payload that is nested without end does no harm") {
  constexpr std::size_t kDeep = 200'000;
  const std::string open = times(kDeep, "[");
  const std::string payload = R"({"a": )" + open + times(kDeep, "]") + R"(, "b": "found"})";
  REQUIRE(at(payload, {"b"}) == "found");
  REQUIRE(at(payload, {"a"}).size() < 1'000);
  REQUIRE(at(open, {"0"}).empty());
  REQUIRE(at(R"({"a": )" + times(20, "[") + "7" + times(20, "]") + "}", {"a"}) ==
          times(20, "[") + "7" + times(20, "]"));
}

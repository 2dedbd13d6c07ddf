// Where a request ends must not be a matter of opinion: whatever a proxy in front of us made of the same
// bytes, nothing of a request that we refuse may be taken for another one.
#include <filesystem>
#include <iterator>

#include "http/server.h"
#include "served.h"
#include "support/catch.h"
#include "support/process.h"
#include "support/raw_client.h"

namespace leadspool::http {
namespace {

using namespace std::string_literals;
using test::get;
using test::is_json_error;
using test::post;
using test::RawClient;
using test::says_close;
using test::Served;

struct Shape {
  std::string name;
  std::string request;
  int status;
};

// A POST with these headers, each with its line end.
std::string with(const std::string& headers, const std::string& body = "") {
  return "POST /echo HTTP/1.1\r\nHost: l\r\n" + headers + "\r\n" + body;
}

std::string in_chunks(const std::string& chunks) { return with("Transfer-Encoding: chunked\r\n", chunks); }

// `line` and a Host.
std::string begins_with(const std::string& line) { return line + "\r\nHost: l\r\n\r\n"; }

const std::string kEmptyChunked = "0\r\n\r\n";

// The end of each is beyond doubt, and the connection goes on.
const Shape kTaken[] = {
    {"a length", with("Content-Length: 5\r\n", "abcde"), 202},
    {"no length", with(""), 202},
    {"a length of 0", with("Content-Length: 0\r\n"), 202},
    {"a length with zeros in front", with("Content-Length: 0005\r\n", "abcde"), 202},
    {"a length between blanks and tabs", with("Content-Length:\t 5 \t\r\n", "abcde"), 202},
    {"chunks", in_chunks("3\r\nabc\r\n00\r\n\r\n"), 202},
    {"chunks in capitals after a tab", with("TRANSFER-ENCODING:\tCHUNKED \r\n", kEmptyChunked), 202},
    {"chunks with extensions and trailers", in_chunks("3;a=b;c\r\nabc\r\n0\r\nX: y\r\n\r\n"), 202},
    {"a length in a trailer", in_chunks("3\r\nabc\r\n0\r\nContent-Length: 50\r\n\r\n"), 202},
    {"names that only look like the known ones",
     with("Content_Length: 50\r\nTransfer_Encoding: chunked\r\nX-Content-Length: 50\r\n"), 202},
    {"a body on GET", get("/show/a", "Content-Length: 5\r\n") + "abcde", 200},
    {"chunks on GET", get("/show/a", "Transfer-Encoding: chunked\r\n") + "5\r\nabcde\r\n0\r\n\r\n", 200},
    {"a body for nobody", "POST /nothing HTTP/1.1\r\nHost: l\r\nContent-Length: 5\r\n\r\nabcde", 404},
    {"an absolute target", begins_with("POST http://l/echo HTTP/1.1"), 202},
    {"an absolute target with a port", begins_with("POST HTTPS://[::1]:8443/echo HTTP/1.1"), 202},
    {"an absolute target without a path", begins_with("POST http://l HTTP/1.1"), 404},
    {"the asterisk of OPTIONS", begins_with("OPTIONS * HTTP/1.1"), 404},
    {"an empty Host", "POST /echo HTTP/1.1\r\nHost:\r\n\r\n", 202},
    {"a Host with a port", "POST /echo HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n", 202},
    {"a value that is not ASCII", with("X: caf\xc3\xa9\r\n"), 202},
    {"line ends in front", "\r\n\r\n" + with(""), 202},
};

const Shape kRefused[] = {
    // The length of the body.
    {"CL and TE", with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", kEmptyChunked), 400},
    {"TE and CL", with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", kEmptyChunked), 400},
    {"CL of 0 and TE", with("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", kEmptyChunked), 400},
    {"CL and an unknown TE", with("Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n", "abcde"), 400},
    {"two CLs, the same", with("Content-Length: 5\r\nContent-Length: 5\r\n", "abcde"), 400},
    {"two CLs, different", with("Content-Length: 0\r\nContent-Length: 5\r\n", "abcde"), 400},
    {"CL as a list", with("Content-Length: 5, 5\r\n", "abcde"), 400},
    {"CL with a plus", with("Content-Length: +5\r\n", "abcde"), 400},
    {"CL with a minus", with("Content-Length: -5\r\n", "abcde"), 400},
    {"CL in hex", with("Content-Length: 0x5\r\n", "abcde"), 400},
    {"CL with a fraction", with("Content-Length: 5.0\r\n", "abcde"), 400},
    {"CL with garbage behind", with("Content-Length: 5 a\r\n", "abcde"), 400},
    {"CL with an underscore", with("Content-Length: 0_5\r\n", "abcde"), 400},
    {"CL in other digits", with("Content-Length: \xd9\xa5\r\n", "abcde"), 400},
    {"CL of 2^63", with("Content-Length: 9223372036854775808\r\n", "abcde"), 400},
    {"CL of 2^64", with("Content-Length: 18446744073709551616\r\n", "abcde"), 400},
    {"CL of 2^64 + 5", with("Content-Length: 18446744073709551621\r\n", "abcde"), 400},
    {"CL of a petabyte", with("Content-Length: 1000000000000000\r\n", "abcde"), 413},
    {"CL that is empty", with("Content-Length:\r\n", "abcde"), 400},
    {"TE xchunked", with("Transfer-Encoding: xchunked\r\n", kEmptyChunked), 400},
    {"TE chunked twice", with("Transfer-Encoding: chunked, chunked\r\n", kEmptyChunked), 400},
    {"TE gzip, chunked", with("Transfer-Encoding: gzip, chunked\r\n", kEmptyChunked), 400},
    {"TE chunked, gzip", with("Transfer-Encoding: chunked, gzip\r\n", kEmptyChunked), 400},
    {"TE identity", with("Transfer-Encoding: identity\r\n", kEmptyChunked), 400},
    {"TE with a parameter", with("Transfer-Encoding: chunked;q=1\r\n", kEmptyChunked), 400},
    {"TE in quotes", with("Transfer-Encoding: \"chunked\"\r\n", kEmptyChunked), 400},
    {"TE with a comma behind", with("Transfer-Encoding: chunked,\r\n", kEmptyChunked), 400},
    {"TE after a vertical tab",
     with("Transfer-Encoding: \x0b"
          "chunked\r\n",
          kEmptyChunked),
     400},
    {"TE after a no-break space",
     with("Transfer-Encoding: \xa0"
          "chunked\r\n",
          kEmptyChunked),
     400},
    {"TE that is empty", with("Transfer-Encoding:\r\n", kEmptyChunked), 400},
    {"two TEs, the same", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", kEmptyChunked),
     400},
    {"two TEs, different",
     with("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", kEmptyChunked), 400},
    {"TE in HTTP/1.0", "POST /echo HTTP/1.0\r\nHost: l\r\nTransfer-Encoding: chunked\r\n\r\n" + kEmptyChunked,
     400},

    // The lines of the head.
    {"a blank before the colon", with("Transfer-Encoding : chunked\r\n", kEmptyChunked), 400},
    {"a tab before the colon", with("Content-Length\t: 5\r\n", "abcde"), 400},
    {"a first header that is folded", "POST /echo HTTP/1.1\r\n Host: l\r\n\r\n", 400},
    {"a folded header", with("X: y\r\n Transfer-Encoding: chunked\r\n", kEmptyChunked), 400},
    {"a header folded by a tab", with("Transfer-Encoding:\r\n\tchunked\r\n", kEmptyChunked), 400},
    {"bare LFs", "POST /echo HTTP/1.1\nHost: l\nContent-Length: 0\n\n", 400},
    {"a bare LF", with("X: y\nTransfer-Encoding: chunked\r\n", kEmptyChunked), 400},
    {"a bare LF at the end of the head", "POST /echo HTTP/1.1\r\nHost: l\r\n\nGET / HTTP/1.1\r\n\r\n", 400},
    {"a bare CR", with("X: y\rTransfer-Encoding: chunked\r\n", kEmptyChunked), 400},
    {"NUL in a value", with("X: a\0b\r\n"s), 400},
    {"NUL in a name", with("Content\0-Length: 5\r\n"s), 400},
    {"a control character in a value",
     with("X: a\x01"
          "b\r\n"),
     400},
    {"DEL in a value",
     with("X: a\x7f"
          "b\r\n"),
     400},
    {"an empty name", with(": y\r\n"), 400},
    {"no colon", with("Content-Length\r\n"), 400},
    {"a name that is not ASCII", with("X\xc3\xa9: y\r\n"), 400},
    {"a name in brackets", with("(X): y\r\n"), 400},
    {"no Host", "POST /echo HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 400},
    {"two Hosts, the same", with("Host: l\r\n"), 400},
    {"two Hosts, different", with("Host: m\r\n"), 400},
    {"a Host with a path", "POST /echo HTTP/1.1\r\nHost: l/echo\r\n\r\n", 400},
    {"a Host with a user", "POST /echo HTTP/1.1\r\nHost: l@m\r\n\r\n", 400},
    {"a Host with a blank", "POST /echo HTTP/1.1\r\nHost: l m\r\n\r\n", 400},
    {"101 headers",
     [] {
       std::string many;
       for (int i = 0; i < 100; ++i) many += "X: y\r\n";
       return with(many);
     }(),
     431},
    {"a very long header", with("X: " + std::string(40'000, 'x') + "\r\n"), 431},

    // The chunks.
    {"a size with a plus", in_chunks("+3\r\nabc\r\n0\r\n\r\n"), 400},
    {"a size with a minus", in_chunks("-3\r\nabc\r\n0\r\n\r\n"), 400},
    {"a size with 0x", in_chunks("0x3\r\nabc\r\n0\r\n\r\n"), 400},
    {"a size after a blank", in_chunks(" 3\r\nabc\r\n0\r\n\r\n"), 400},
    {"a size before a blank", in_chunks("3 \r\nabc\r\n0\r\n\r\n"), 400},
    {"a size of 17 digits", in_chunks("00000000000000003\r\nabc\r\n0\r\n\r\n"), 400},
    {"a size of 2^64 + 3", in_chunks("10000000000000003\r\nabc\r\n0\r\n\r\n"), 400},
    {"a size of 2^64 - 1", in_chunks("ffffffffffffffff\r\nabc\r\n0\r\n\r\n"), 413},
    {"no size", in_chunks("\r\nabc\r\n0\r\n\r\n"), 400},
    {"a size that is no number", in_chunks("zz\r\nabc\r\n0\r\n\r\n"), 400},
    {"a size ended by LF", in_chunks("3\nabc\r\n0\r\n\r\n"), 400},
    {"an extension ended by LF", in_chunks("3;a\nabc\r\n0\r\n\r\n"), 400},
    {"an empty extension", in_chunks("3;\r\nabc\r\n0\r\n\r\n"), 400},
    {"a chunk that is longer than its size", in_chunks("3\r\nabcd\r\n0\r\n\r\n"), 400},
    {"a chunk that is shorter than its size", in_chunks("3\r\na\r\n0\r\n\r\n"), 400},
    {"a chunk without a line end", in_chunks("3\r\nabc0\r\n\r\n"), 400},
    {"a chunk ended by LF", in_chunks("3\r\nabc\n0\r\n\r\n"), 400},
    {"a trailer without a colon", in_chunks("0\r\nnonsense\r\n\r\n"), 400},
    {"a trailer with a blank before the colon", in_chunks("0\r\nX : y\r\n\r\n"), 400},
    {"a trailer ended by LF", in_chunks("0\r\nX: y\n\r\n"), 400},
    {"trailers ended by LF", in_chunks("0\r\n\n"), 400},

    // The request line.
    {"nonsense", begins_with("nonsense"), 400},
    {"no version", begins_with("POST /echo"), 400},
    {"tabs for blanks", begins_with("POST\t/echo\tHTTP/1.1"), 400},
    {"two blanks", begins_with("POST  /echo HTTP/1.1"), 400},
    {"a blank in front", begins_with(" POST /echo HTTP/1.1"), 400},
    {"a blank behind", begins_with("POST /echo HTTP/1.1 "), 400},
    {"a target with a blank", begins_with("POST /echo /echo HTTP/1.1"), 400},
    {"a target with a control character", begins_with("POST /ec\x01ho HTTP/1.1"), 400},
    {"a target with NUL", begins_with("POST /ec\0ho HTTP/1.1"s), 400},
    {"a target with a bare CR", begins_with("POST /echo\rX HTTP/1.1"), 400},
    {"a lower-case version", begins_with("POST /echo http/1.1"), 400},
    {"HTTP/1.2", begins_with("POST /echo HTTP/1.2"), 400},
    {"HTTP/2.0", begins_with("POST /echo HTTP/2.0"), 400},
    {"HTTP/1.10", begins_with("POST /echo HTTP/1.10"), 400},
    {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
    {"an unknown method", begins_with("FOO /echo HTTP/1.1"), 400},
    {"a lower-case method", begins_with("post /echo HTTP/1.1"), 400},
    {"a target without a slash", begins_with("POST echo HTTP/1.1"), 400},
    {"the asterisk of another method", begins_with("POST * HTTP/1.1"), 400},
    {"only an authority", begins_with("CONNECT l:443 HTTP/1.1"), 400},
    {"an absolute target of another scheme", begins_with("POST ftp://l/echo HTTP/1.1"), 400},
    {"an absolute target without a host", begins_with("POST http:///echo HTTP/1.1"), 400},
    {"an absolute target with a user", begins_with("POST http://u@l/echo HTTP/1.1"), 400},
    {"an absolute target with an encoded slash", begins_with("POST http://l%2fecho HTTP/1.1"), 400},
    {"an absolute target and no Host", "POST http://l/echo HTTP/1.1\r\n\r\n", 400},
    {"a very long target", begins_with("POST /" + std::string(9'000, 'x') + " HTTP/1.1"), 414},
    {"a target longer than a head", begins_with("POST /" + std::string(40'000, 'x') + " HTTP/1.1"), 431},
};

std::size_t entries_of(const std::string& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

}  // namespace

TEST_CASE("a request whose end is beyond doubt is answered once, and so is the one behind it") {
  Served served;
  for (const auto& [name, request, status] : kTaken) {
    INFO(name);
    auto client = RawClient::tcp(served.port());
    client.send(request + post("/echo", "behind", "Connection: close\r\n"));
    REQUIRE(client.read_answer().status == status);
    const auto behind = client.read_answer();
    REQUIRE(behind.status == 202);
    REQUIRE(behind.body == "behind");
    REQUIRE(client.is_ended());
  }
}

TEST_CASE("a request that is refused is answered once, and nothing behind it is") {
  const auto threads = entries_of("/proc/self/task");
  const auto descriptors = entries_of("/proc/self/fd");
  {
    Served served;
    const auto descriptors_serving = entries_of("/proc/self/fd");
    for (const auto& [name, request, status] : kRefused) {
      INFO(name);
      auto client = RawClient::tcp(served.port());
      client.send(request + post("/echo", "smuggled"));
      const auto answer = client.read_answer();
      REQUIRE(is_json_error(answer, status));
      REQUIRE(says_close(answer));
      REQUIRE(client.is_ended());
    }
    REQUIRE(served.calls == 0);
    test::wait_until("the connections to be closed",
                     [&] { return entries_of("/proc/self/fd") == descriptors_serving; });
  }
  REQUIRE(entries_of("/proc/self/fd") == descriptors);
  // Joined ones may still stand there for a moment.
  test::wait_until("the threads to be gone", [&] { return entries_of("/proc/self/task") == threads; });
}

TEST_CASE("HTTP/1.0 may do without a Host, and ends the connection") {
  Served served;
  auto client = RawClient::tcp(served.port());
  client.send("POST /echo HTTP/1.0\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nabcde" +
              post("/echo", "behind"));
  const auto answer = client.read_answer();
  REQUIRE(answer.status == 202);
  REQUIRE(answer.body == "abcde");
  REQUIRE(says_close(answer));
  REQUIRE(client.is_ended());
  REQUIRE(served.calls == 1);
}

}  // namespace leadspool::http

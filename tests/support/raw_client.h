// Talks to a server byte by byte: over TCP, TLS or a Unix socket, well-formed or not.
//
// Every read gives up after a minute, so that a hanging server fails a test instead of blocking it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace leadspool::test {

// What came back. `status` is 0 when there was no answer.
struct RawAnswer {
  int status = 0;
  std::string head;  // status line and headers
  std::string body;
};

class RawClient {
 public:
  struct Tls {
    int highest_version = 0;    // TLS1_1_VERSION and so on; 0: any
    std::string tls12_ciphers;  // empty: OpenSSL's default
  };

  // From a loopback address ("127.0.0.2"); empty: whichever the system takes.
  [[nodiscard]] static RawClient tcp(int port, const std::string& from = "");
  // handshake_done() tells whether the server agreed. Certificates are not verified.
  [[nodiscard]] static RawClient tls(int port, const Tls& tls);
  [[nodiscard]] static RawClient tls(int port) { return tls(port, Tls()); }
  [[nodiscard]] static RawClient unix_socket(const std::string& path);
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient& operator=(RawClient&&) = delete;

  [[nodiscard]] bool handshake_done() const { return handshake_done_; }

  // What the server showed, as DER; empty without TLS.
  [[nodiscard]] std::string certificate() const;

  // False when the server takes no more.
  bool send(std::string_view bytes);

  // One answer with a Content-Length.
  [[nodiscard]] RawAnswer read_answer();

  // All that comes until the server ends the connection, heads included.
  [[nodiscard]] std::string read_to_end();

  // Whether the server has cut the connection instead of ending it, as the last read found.
  [[nodiscard]] bool was_cut() const { return cut_; }

  [[nodiscard]] RawAnswer exchange(std::string_view request) {
    send(request);
    return read_answer();
  }

  // Tells the server that nothing more comes; answers can still be read.
  void end_sending();

  // Whether the server ends the connection without sending anything more.
  [[nodiscard]] bool is_ended();

 private:
  explicit RawClient(int socket);

  [[nodiscard]] bool read_more();

  struct Free {
    void operator()(ssl_ctx_st* context) const;
    void operator()(ssl_st* session) const;
  };
  int socket_;
  std::unique_ptr<ssl_ctx_st, Free> context_;
  std::unique_ptr<ssl_st, Free> session_;
  bool handshake_done_ = false;
  bool timed_out_ = false;  // the last read gave up
  bool cut_ = false;
  std::string received_;
};

}  // namespace leadspool::test

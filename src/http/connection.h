// One accepted socket, plain or TLS: its bytes in and out, with every wait bounded.
//
// Thread-safety: one thread. Ownership: owns the socket; the destructor closes it.
// Errors: none thrown; a peer that went away or fell silent shows as an end of the bytes, and as timed_out().
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/wake_signal.h"
#include "http/tls_context.h"

struct ssl_st;

namespace leadspool::http {

class Connection {
 public:
  // `tls` is null for plain HTTP, and need not outlive the call. `stop` stays notified once the server stops.
  // A peer that sends or takes nothing for `longest_silence` is cut off.
  Connection(int socket, const TlsContext* tls, const WakeSignal& stop,
             std::chrono::milliseconds longest_silence);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // True when the last end of the bytes was our patience's, not the peer's doing.
  [[nodiscard]] bool timed_out() const { return timed_out_; }
  // True when something was read and not yet consumed.
  [[nodiscard]] bool has_buffered() const { return begin_ < end_; }

  // Does nothing for plain HTTP, nor when it is done already. False when it failed, and the connection is of
  // no use.
  [[nodiscard]] bool handshake(std::chrono::milliseconds longest);

  // Whether the handshake failed because the peer spoke plain HTTP; write() then answers it in kind.
  [[nodiscard]] bool peer_speaks_plain_http() const { return plain_http_; }

  enum class Wait { readable, timed_out, stopped };
  // Until the peer sends something or hangs up (readable), or the server stops.
  [[nodiscard]] Wait wait_readable(std::chrono::milliseconds longest) const;

  // From now on that is how long the peer may neither send nor take anything.
  void set_longest_silence(std::chrono::milliseconds longest) { longest_silence_ = longest; }

  // From now on all reading must be done within `longest`, however steadily the peer drips.
  void set_read_limit(std::chrono::milliseconds longest);

  // The head of the next request up to and with its empty line, taken from what the peer sends; it is valid
  // until the next read. Empty when the connection ended first, nullopt when there is no end of it within
  // `max_bytes` (at most kMaxHeadBytes).
  [[nodiscard]] std::optional<std::string_view> read_head(std::size_t max_bytes);

  // At least one byte, else 0 when the connection ended.
  [[nodiscard]] std::size_t read(char* into, std::size_t size);

  // False when the peer does not take it: nothing of it for the longest silence, or all of it within six
  // times that.
  [[nodiscard]] bool write(std::string_view bytes);

  // Whether the peer will send nothing more, and most likely went away. Does not wait.
  [[nodiscard]] bool peer_hung_up() const;

  // From now on `begin` is asked before each wait for a peer that does not take what is written, and gives up
  // the write by false; `end` is told when the wait is over.
  void on_write_waits(std::function<bool()> begin, std::function<void()> end);

  // Says goodbye and closes. With `linger`, first takes in what the peer is still sending, for a moment, so
  // that our last answer is not lost to it.
  void close(bool linger);

  // Resets the connection without another byte.
  void cut();

 private:
  struct FreeSession {
    void operator()(ssl_st* session) const;
  };

  [[nodiscard]] std::size_t receive(char* into, std::size_t size);
  [[nodiscard]] bool write_some(std::string_view& bytes);
  [[nodiscard]] bool wait_for_tls(int result);
  [[nodiscard]] bool wait(short events);
  [[nodiscard]] bool poll_for(short events, bool or_stop);
  void discard_rest() const;

  const int socket_;
  const WakeSignal& stop_;
  std::chrono::milliseconds longest_silence_;
  SystemClock clock_;
  SteadyTime read_limit_ = SteadyTime::max();
  SteadyTime write_limit_ = SteadyTime::max();
  std::function<bool()> begin_write_wait_;
  std::function<void()> end_write_wait_;
  std::unique_ptr<ssl_st, FreeSession> session_;
  bool established_ = false;  // the handshake is done, so goodbyes can be said
  bool plain_http_ = false;
  bool timed_out_ = false;
  bool closed_ = false;

  // Read ahead: bytes [begin_, end_) are to be consumed.
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace leadspool::http

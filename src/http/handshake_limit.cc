#include "http/handshake_limit.h"

#include <cstddef>
#include <cstdint>

#include <openssl/ssl.h>

namespace leadspool::http {
namespace {

// A handshake has ten or so; a kept connection gets another key after millions of answers.
constexpr std::intptr_t kMostMessages = 1'000;

// Where a connection counts them: OpenSSL keeps a pointer for us, which here is the number itself.
int counter() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

void count(int is_ours, int, int kind, const void*, std::size_t, SSL* connection, void*) {
  if (is_ours != 0 || kind != SSL3_RT_HANDSHAKE) return;
  const auto before = reinterpret_cast<std::intptr_t>(SSL_get_ex_data(connection, counter()));
  SSL_set_ex_data(connection, counter(), reinterpret_cast<void*>(before + 1));
  // Then what comes is thrown away unread, and each call ends.
  if (before >= kMostMessages) SSL_set_shutdown(connection, SSL_RECEIVED_SHUTDOWN);
}

}  // namespace

void limit_handshake_messages(void* context) {
  SSL_CTX_set_msg_callback(static_cast<SSL_CTX*>(context), count);
}

}  // namespace leadspool::http

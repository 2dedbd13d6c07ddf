// That a peer cannot hold a thread by TLS messages that say nothing.
//
// OpenSSL reads on while they come, within one call, so no time limit would end it: before the handshake is
// done it skips requests for another one, afterwards it takes new tickets and keys.
//
// Thread-safety: any.
#pragma once

namespace leadspool::http {

// `context` is the SSL_CTX of a client. A connection of it over which more such messages come than an honest
// server ever sends is taken for closed by the server.
void limit_handshake_messages(void* context);

}  // namespace leadspool::http

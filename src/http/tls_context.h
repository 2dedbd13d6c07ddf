// The certificate, key and rules that every TLS connection of a server starts from.
//
// Thread-safety: constant after construction.
#pragma once

#include <memory>
#include <string>

#include "http/server.h"

struct ssl_ctx_st;

namespace leadspool::http {

struct ChainVerdict {
  enum class Kind {
    trusted,
    incomplete,  // who signed the leaf is neither in the file nor known: an intermediate is missing
    untrusted,   // the chain ends at somebody whom the system does not trust
    invalid,     // it leads to an authority, but something in it is wrong
  };
  Kind kind = Kind::trusted;
  std::string why;     // OpenSSL's words; empty when trusted
  std::string issuer;  // who signed the last certificate that was found: "Let's Encrypt R3"
};

class TlsContext {
 public:
  // PEM files: the chain with the leaf first, and the leaf's key. Throws CertificateError, whose text names
  // the file and what is wrong with it. A certificate out of its time is taken, with a warning in the log:
  // an old certificate that some client still accepts is better than no receiver.
  TlsContext(const std::string& certificate_file, const std::string& private_key_file);

  [[nodiscard]] ssl_ctx_st* get() const { return context_.get(); }

  [[nodiscard]] CertificateValidity validity() const;

  // Whether the certificate names `host`, a DNS name or an IP address.
  [[nodiscard]] bool is_for(const std::string& host) const;

  // Nobody vouches for it but itself.
  [[nodiscard]] bool is_self_signed() const;

  // What a client that knows the system's authorities (of SSL_CERT_FILE, where that is set) makes of the
  // chain, whatever the host's name and the leaf's dates. A clock is looked at.
  [[nodiscard]] ChainVerdict chain_verdict() const;

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  std::unique_ptr<ssl_ctx_st, Free> context_;
};

}  // namespace leadspool::http

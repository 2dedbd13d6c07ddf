// The certificate, key and rules that every TLS connection of a server starts from.
//
// Thread-safety: constant after construction.
#pragma once

#include <memory>
#include <string>

#include "http/server.h"

struct ssl_ctx_st;

namespace leadspool::http {

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

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  std::unique_ptr<ssl_ctx_st, Free> context_;
};

}  // namespace leadspool::http

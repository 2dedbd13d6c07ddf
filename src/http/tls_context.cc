#include "http/tls_context.h"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "base/log.h"

namespace leadspool::http {

namespace {

struct FreeOpenSsl {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  void operator()(X509_STORE_CTX* check) const { X509_STORE_CTX_free(check); }
};
template <typename T>
using Owned = std::unique_ptr<T, FreeOpenSsl>;

std::string read_file(const std::string& path, const std::string& what) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.is_open() && !file.bad() && !text.empty()) return text;
  if (errno == ENOENT) throw CertificateError("the " + what + " file " + path + " does not exist");
  if (errno == EACCES)
    throw CertificateError("the " + what + " file " + path + " may not be read by this user");
  if (errno == 0) throw CertificateError("the " + what + " file " + path + " is empty");
  throw CertificateError("the " + what + " file " + path +
                         " cannot be read: " + std::generic_category().message(errno));
}

Owned<BIO> reader_of(const std::string& text) {
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

void load_certificates(SSL_CTX* context, const std::string& path) {
  const auto text = read_file(path, "certificate");
  const auto reader = reader_of(text);
  const Owned<X509> leaf(PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr));
  if (!leaf) throw CertificateError("the certificate file " + path + " holds no certificate in PEM form");
  if (SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    throw CertificateError("the certificate in " + path +
                           " is refused by OpenSSL: " + ERR_reason_error_string(ERR_peek_last_error()));
  }
  while (const Owned<X509> issuer{PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr)}) {
    SSL_CTX_add1_chain_cert(context, issuer.get());
  }
  ERR_clear_error();  // the end of the file counts as one
}

void load_key(SSL_CTX* context, const std::string& path, const std::string& certificate_path) {
  const auto text = read_file(path, "private key");
  // Without this OpenSSL would ask for a passphrase on the terminal.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(reader_of(text).get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  if (!key) {
    throw CertificateError("the private key file " + path +
                           " holds no private key in PEM form without a passphrase");
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    ERR_clear_error();
    throw CertificateError("the private key in " + path + " does not belong to the certificate in " +
                           certificate_path);
  }
}

Time to_time(const ASN1_TIME* time) {
  tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) throw CertificateError("a certificate's dates cannot be read");
  return Time{std::chrono::seconds{timegm(&parts)}};
}

void warn_if_out_of_time(const CertificateValidity& validity, const std::string& path) {
  const Time now = SystemClock().now();
  if (validity.until < now) {
    log_warn("certificate_expired", {{"file", path}, {"consequence", "clients will refuse to connect"}});
  } else if (validity.from > now) {
    log_warn("certificate_not_yet_valid",
             {{"file", path}, {"consequence", "clients will refuse to connect"}});
  }
}

// Only ciphers with forward secrecy that authenticate what they encrypt. TLS 1.3 has no others.
constexpr auto kTls12Ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

void set_rules(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, kTls12Ciphers);
  // Our order of ciphers, but for clients that are better off with ChaCha20 for want of AES in hardware.
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // Sessions are resumed by tickets, which cost us no memory; one for each full handshake is enough.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);  // one system call for each record instead of two
}

// The leaf's own dates are told apart from the chain (validity()).
int pass_over_dates_of_leaf(int good, X509_STORE_CTX* check) {
  const int error = X509_STORE_CTX_get_error(check);
  const bool is_about_dates = error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID;
  if (good == 1 || !is_about_dates || X509_STORE_CTX_get_error_depth(check) > 0) return good;
  X509_STORE_CTX_set_error(check, X509_V_OK);
  return 1;
}

// Its common name, else its organisation.
std::string name_of(const X509_NAME* name) {
  for (const int part : {NID_commonName, NID_organizationName}) {
    const int at = X509_NAME_get_index_by_NID(name, part, -1);
    if (at < 0) continue;
    unsigned char* text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    if (size < 0) continue;
    std::string result(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
    OPENSSL_free(text);
    return result;
  }
  return "an authority without a name";
}

// `depth` counts from the leaf. Where an issuer is unknown that is not the leaf's own, the file has
// intermediates, and what is missing is trust rather than one more.
ChainVerdict::Kind kind_of(int error, int depth) {
  switch (error) {
    case X509_V_OK:
      return ChainVerdict::Kind::trusted;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return depth == 0 ? ChainVerdict::Kind::incomplete : ChainVerdict::Kind::untrusted;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return ChainVerdict::Kind::untrusted;
    default:
      return ChainVerdict::Kind::invalid;
  }
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

TlsContext::TlsContext(const std::string& certificate_file, const std::string& private_key_file)
    : context_(SSL_CTX_new(TLS_server_method())) {
  if (!context_) throw CertificateError("OpenSSL cannot start");
  set_rules(context_.get());
  load_certificates(context_.get(), certificate_file);
  load_key(context_.get(), private_key_file, certificate_file);
  warn_if_out_of_time(validity(), certificate_file);
}

CertificateValidity TlsContext::validity() const {
  const auto* leaf = SSL_CTX_get0_certificate(context_.get());
  return {to_time(X509_get0_notBefore(leaf)), to_time(X509_get0_notAfter(leaf))};
}

bool TlsContext::is_for(const std::string& host) const {
  auto* leaf = SSL_CTX_get0_certificate(context_.get());
  return X509_check_host(leaf, host.data(), host.size(), 0, nullptr) == 1 ||
         X509_check_ip_asc(leaf, host.c_str(), 0) == 1;
}

bool TlsContext::is_self_signed() const {
  return (X509_get_extension_flags(SSL_CTX_get0_certificate(context_.get())) & EXFLAG_SS) != 0;
}

ChainVerdict TlsContext::chain_verdict() const {
  auto* leaf = SSL_CTX_get0_certificate(context_.get());
  STACK_OF(X509)* issuers = nullptr;
  SSL_CTX_get0_chain_certs(context_.get(), &issuers);
  const Owned<X509_STORE> authorities(X509_STORE_new());
  const Owned<X509_STORE_CTX> check(X509_STORE_CTX_new());
  if (!authorities || !check || X509_STORE_set_default_paths(authorities.get()) != 1 ||
      X509_STORE_CTX_init(check.get(), authorities.get(), leaf, issuers) != 1) {
    throw CertificateError("OpenSSL cannot start");
  }
  X509_STORE_CTX_set_purpose(check.get(), X509_PURPOSE_SSL_SERVER);
  X509_STORE_CTX_set_verify_cb(check.get(), pass_over_dates_of_leaf);
  static_cast<void>(X509_verify_cert(check.get()));
  ERR_clear_error();
  const int error = X509_STORE_CTX_get_error(check.get());
  if (error == X509_V_OK) return {};
  const auto* last = X509_STORE_CTX_get_current_cert(check.get());
  return {kind_of(error, X509_STORE_CTX_get_error_depth(check.get())), X509_verify_cert_error_string(error),
          name_of(X509_get_issuer_name(last != nullptr ? last : leaf))};
}

}  // namespace leadspool::http

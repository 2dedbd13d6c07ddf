#include "http/self_signed.h"

#include <memory>
#include <stdexcept>

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/check.h"
#include "base/random.h"

namespace leadspool::http {

namespace {

struct FreeOpenSsl {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <typename T>
using Owned = std::unique_ptr<T, FreeOpenSsl>;

void demand(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("OpenSSL cannot make a certificate: ") + what);
}

bool is_ip_address(const std::string& name) {
  in6_addr room{};
  return inet_pton(AF_INET, name.c_str(), &room) == 1 || inet_pton(AF_INET6, name.c_str(), &room) == 1;
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names) {
    if (!list.empty()) list += ',';
    list += (is_ip_address(name) ? "IP:" : "DNS:") + name;
  }
  return list;
}

void add_extension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  demand(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "a name is refused");
}

void set_subject_and_issuer(X509* certificate, const std::string& name) {
  constexpr std::size_t kLongestCommonName = 64;
  const auto common_name = name.substr(0, kLongestCommonName);
  auto* subject = X509_get_subject_name(certificate);
  demand(
      X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0) == 1,
      "the subject is refused");
  demand(X509_set_issuer_name(certificate, subject) == 1, "the issuer is refused");
}

void set_validity(X509* certificate, Time from, int days) {
  auto start = static_cast<time_t>(to_unix_ms(from) / 1000);
  demand(X509_time_adj_ex(X509_getm_notBefore(certificate), 0, 0, &start) != nullptr &&
             X509_time_adj_ex(X509_getm_notAfter(certificate), days, 0, &start) != nullptr,
         "its time is refused");
}

template <typename Write>
std::string to_pem(Write write) {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  demand(bio && write(bio.get()) == 1, "it cannot be written");
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

SelfSigned make_self_signed(const std::vector<std::string>& names, Time from, int days) {
  CHECK(!names.empty());
  const Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
  const Owned<X509> certificate(X509_new());
  demand(key && certificate, "no key");

  X509_set_version(certificate.get(), X509_VERSION_3);
  // Browsers refuse two certificates of one issuer with the same number; zero is not allowed.
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), SystemRandom().next() >> 1 | 1);
  set_validity(certificate.get(), from, days);
  set_subject_and_issuer(certificate.get(), names.front());
  demand(X509_set_pubkey(certificate.get(), key.get()) == 1, "the key is refused");
  add_extension(certificate.get(), NID_subject_alt_name, alternative_names(names));
  // Whoever trusts it shall not thereby trust certificates that its key signs.
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(certificate.get(), NID_ext_key_usage, "serverAuth");
  demand(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "signing failed");

  return {to_pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); }), to_pem([&](BIO* bio) {
            return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

}  // namespace leadspool::http

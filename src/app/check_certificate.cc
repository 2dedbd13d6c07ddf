#include "app/check_certificate.h"

#include <filesystem>

#include "app/crm_config.h"
#include "app/file_rights.h"
#include "app/shell_word.h"
#include "app/status_page.h"
#include "http/tls_context.h"

namespace leadspool::app {
namespace {

using http::ChainVerdict;

void check_dates(const std::string& file, const http::CertificateValidity& validity, Time now,
                 Findings& findings) {
  const std::string what = "certificate " + file;
  const std::string mend = "renew it (`certbot renew`, where certbot made it), so that " + file +
                           " is the new one; the service takes it by itself";
  if (validity.from > now) {
    findings.fail("certificate_dates", what + " is valid from " + to_rfc3339(validity.from) + " only",
                  "set the clock right: timedatectl set-ntp true; or wait until then");
  } else if (validity.until <= now) {
    findings.fail("certificate_dates", what + " expired on " + to_rfc3339(validity.until), mend);
  } else if (validity.until - now < kExpiresSoon) {
    findings.warn("certificate_dates", what + " expires on " + to_rfc3339(validity.until), mend);
  } else {
    findings.ok("certificate_dates", what + " is valid until " + to_rfc3339(validity.until));
  }
}

void check_name(const CheckScope& scope, const http::TlsContext& context, Findings& findings) {
  const auto& receiver = scope.config.receiver;
  if (receiver.public_url.empty()) return;
  const auto host = host_of(receiver.public_url);
  if (context.is_for(host)) {
    findings.ok("certificate_name", "certificate " + receiver.certificate + " is for " + host);
    return;
  }
  findings.fail("certificate_name",
                "certificate " + receiver.certificate + " is not for " + host +
                    ", the name in [receiver] public_url, so the marketplace will not connect",
                "put a certificate for " + host + " into " + receiver.certificate + ", or set public_url" +
                    in_the_file(scope));
}

// certbot keeps the leaf alone in cert.pem, and all that a server needs beside it.
std::string mend_of_incomplete(const CheckScope& scope) {
  const auto& file = scope.config.receiver.certificate;
  const auto whole = std::filesystem::path(file).parent_path() / "fullchain.pem";
  std::error_code ignored;
  const bool is_there = whole != file && std::filesystem::exists(whole, ignored);
  return "use fullchain.pem: set [receiver] certificate = \"" +
         (is_there ? whole.string() : "…/fullchain.pem") + "\"" + in_the_file(scope);
}

void check_chain(const CheckScope& scope, const http::TlsContext& context, Findings& findings) {
  // Where strangers cannot come, none has to be convinced.
  const auto& receiver = scope.config.receiver;
  if (receiver.public_url.empty() && http::is_loopback(receiver.listen.host)) return;
  const std::string what = "certificate " + receiver.certificate;
  const std::string fine =
      "fine behind a proxy that speaks TLS; else get one from an authority that clients know";
  if (context.is_self_signed()) {
    findings.warn("certificate_chain", what + " is signed by itself, so the marketplace will not trust it",
                  fine);
    return;
  }
  const auto verdict = context.chain_verdict();
  switch (verdict.kind) {
    case ChainVerdict::Kind::trusted:
      findings.ok("certificate_chain", what + " is accepted by who trusts this system's authorities");
      return;
    case ChainVerdict::Kind::incomplete:
      findings.fail("certificate_chain",
                    what + " is incomplete, intermediate missing: that of \"" + verdict.issuer +
                        "\" is neither in the file nor an authority of this system",
                    mend_of_incomplete(scope));
      return;
    case ChainVerdict::Kind::untrusted:
      findings.warn(
          "certificate_chain",
          what + " comes from \"" + verdict.issuer +
              "\", an authority that this system does not know, so the marketplace will not trust it",
          fine);
      return;
    case ChainVerdict::Kind::invalid:
      findings.fail("certificate_chain", what + " is refused by clients: " + verdict.why,
                    "get a new one, with its chain, from the authority");
      return;
  }
}

void check_pair(const CheckScope& scope, Findings& findings) {
  const auto& receiver = scope.config.receiver;
  try {
    const http::TlsContext context(receiver.certificate, receiver.private_key);
    findings.ok("certificate",
                "certificate " + receiver.certificate + " and its private key belong together");
    check_dates(receiver.certificate, context.validity(), scope.clock.now(), findings);
    check_name(scope, context, findings);
    check_chain(scope, context, findings);
  } catch (const http::CertificateError& error) {
    findings.fail("certificate", error.what(),
                  "put the PEM chain into " + receiver.certificate +
                      ", and the key that it was made with into " + receiver.private_key +
                      ", or name the right files in [receiver]" + in_the_file(scope));
  }
}

}  // namespace

void check_certificate(const CheckScope& scope, Findings& findings) {
  const auto& receiver = scope.config.receiver;
  if (receiver.certificate.empty()) {
    findings.warn("certificate", "the receiver speaks plain HTTP on " + to_string(receiver.listen),
                  "fine behind a proxy that speaks TLS; else set [receiver] certificate and private_key" +
                      in_the_file(scope));
    return;
  }
  check_pair(scope, findings);
  check_readable(scope, "certificate", receiver.certificate, findings);
  check_private(scope, "private_key", receiver.private_key, findings);
}

}  // namespace leadspool::app

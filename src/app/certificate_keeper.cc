#include "app/certificate_keeper.h"

#include <exception>
#include <utility>

#include "app/part_options.h"
#include "base/log.h"
#include "http/tls_context.h"

namespace leadspool::app {
namespace {

FileWatch watch_of(const ReceiverConfig& receiver) {
  if (receiver.certificate.empty()) return FileWatch({});
  return FileWatch({receiver.certificate, receiver.private_key});
}

bool is_in_its_time(const http::CertificateValidity& validity, Time now) {
  return validity.from <= now && now < validity.until;
}

}  // namespace

CertificateKeeper::CertificateKeeper(http::Server& server, const ReceiverConfig& receiver, const Clock& clock)
    : server_(server),
      clock_(clock),
      receiver_(receiver),
      watch_(watch_of(receiver)),
      file_(receiver.certificate) {}

void CertificateKeeper::take_on(const ReceiverConfig& receiver) {
  // Before the files are read, so that what changes meanwhile is seen at the next look.
  auto watch = watch_of(receiver);
  refuse_worse_than_served(receiver);
  server_.reconfigure(receiver_listener(receiver));
  receiver_ = receiver;
  watch_ = std::move(watch);
  const std::lock_guard lock(mutex_);
  file_ = receiver.certificate;
  problem_.clear();
}

void CertificateKeeper::refuse_worse_than_served(const ReceiverConfig& receiver) const {
  const auto served = server_.certificate();
  if (!served || receiver.certificate.empty()) return;
  const auto offered = http::TlsContext(receiver.certificate, receiver.private_key).validity();
  const Time now = clock_.now();
  if (is_in_its_time(offered, now) || !is_in_its_time(*served, now)) return;
  throw http::CertificateError("the certificate in " + receiver.certificate + " is valid from " +
                               to_rfc3339(offered.from) + " to " + to_rfc3339(offered.until) +
                               " only, while the one in use is valid now; put a valid one there");
}

void CertificateKeeper::look() {
  if (!watch_.changed()) return;
  try {
    take_on(ReceiverConfig(receiver_));
    log_info("certificate_reloaded", {{"file", receiver_.certificate}});
  } catch (const std::exception& error) {
    log_error("certificate_refused", {{"reason", error.what()}, {"consequence", "the old one stays in use"}});
    const std::lock_guard lock(mutex_);
    problem_ = error.what();
  }
}

std::optional<admin::CertificateStatus> CertificateKeeper::status() const {
  const auto validity = server_.certificate();
  if (!validity) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return admin::CertificateStatus{file_, validity->until, problem_};
}

}  // namespace leadspool::app

#include "http/failure_words.h"

namespace leadspool::http {

std::string_view description(FailurePhase phase) {
  switch (phase) {
    case FailurePhase::bad_url:
      return "the URL cannot be used";
    case FailurePhase::dns:
      return "the host name could not be resolved";
    case FailurePhase::connect:
      return "could not connect";
    case FailurePhase::certificate:
      return "the server's certificate was refused";
    case FailurePhase::tls:
      return "no secure connection could be made";
    case FailurePhase::send:
      return "the request could not be sent in full";
    case FailurePhase::wait:
      return "the request was sent, but no answer came";
  }
  return "failed";
}

std::string_view description_of_timeout(FailurePhase phase) {
  switch (phase) {
    case FailurePhase::dns:
      return "the host name was not resolved";
    case FailurePhase::connect:
      return "no connection was made";
    case FailurePhase::tls:
      return "the TLS handshake did not end";
    case FailurePhase::send:
      return "the server did not take the whole request";
    case FailurePhase::wait:
      return "the request was sent, but no answer came";
    case FailurePhase::bad_url:
    case FailurePhase::certificate:
      break;  // these end at once
  }
  return description(phase);
}

std::string in_seconds(std::chrono::milliseconds span) {
  auto fraction = std::to_string(1000 + span.count() % 1000).substr(1);
  while (fraction.ends_with('0')) fraction.pop_back();
  return std::to_string(span.count() / 1000) + (fraction.empty() ? "" : "." + fraction) + " s";
}

}  // namespace leadspool::http

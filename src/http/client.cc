#include "http/client.h"

namespace leadspool::http {

std::string_view to_string(FailurePhase phase) {
  switch (phase) {
    case FailurePhase::bad_url:
      return "bad_url";
    case FailurePhase::dns:
      return "dns";
    case FailurePhase::connect:
      return "connect";
    case FailurePhase::certificate:
      return "certificate";
    case FailurePhase::tls:
      return "tls";
    case FailurePhase::send:
      return "send";
    case FailurePhase::wait:
      return "wait";
  }
  return "unknown";
}

}  // namespace leadspool::http

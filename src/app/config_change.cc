#include "app/config_change.h"

#include <utility>

namespace leadspool::app {

ConfigChange take_on(const Config& now, Config next) {
  ConfigChange change{std::move(next), {}};
  const auto keep = [&](const char* key, const auto& old, auto& changed) {
    if (old == changed) return;
    changed = old;
    change.restart_needed.emplace_back(key);
  };
  Config& config = change.in_force;
  keep("store.path", now.store.path, config.store.path);
  keep("receiver.listen", now.receiver.listen, config.receiver.listen);
  // Another certificate is no matter, but without one keys would travel in the clear where none did.
  if (now.receiver.certificate.empty() != config.receiver.certificate.empty()) {
    keep("receiver.certificate", now.receiver.certificate, config.receiver.certificate);
    config.receiver.private_key = now.receiver.private_key;
  }
  keep("admin.listen", now.admin.listen, config.admin.listen);
  keep("log.format", now.log.format, config.log.format);
  return change;
}

}  // namespace leadspool::app

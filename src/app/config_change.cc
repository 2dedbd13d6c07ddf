#include "app/config_change.h"

#include <utility>

namespace leadspool::app {

ConfigChange take_on(const Config& started, Config next) {
  ConfigChange change{std::move(next), {}};
  const auto keep = [&](const char* key, const auto& old, auto& now) {
    if (old == now) return;
    now = old;
    change.restart_needed.emplace_back(key);
  };
  Config& config = change.in_force;
  keep("store.path", started.store.path, config.store.path);
  keep("receiver.listen", started.receiver.listen, config.receiver.listen);
  // Another certificate is no matter, but without one keys would travel in the clear where none did.
  if (started.receiver.certificate.empty() != config.receiver.certificate.empty()) {
    keep("receiver.certificate", started.receiver.certificate, config.receiver.certificate);
    config.receiver.private_key = started.receiver.private_key;
  }
  keep("admin.listen", started.admin.listen, config.admin.listen);
  keep("log.format", started.log.format, config.log.format);
  return change;
}

}  // namespace leadspool::app

#include "app/source_key.h"

#include <array>

#include "base/digest.h"

namespace leadspool::app {

Secret make_key(Random& random) {
  std::array<std::uint8_t, 32> bytes{};
  random.fill(bytes);
  return Secret{to_base64url(bytes)};
}

std::string key_hash(const Secret& key) { return to_hex(sha256(key.reveal())); }

}  // namespace leadspool::app

#include "receiver/presented_key.h"

#include <algorithm>
#include <cstddef>

#include "base/digest.h"

namespace leadspool::receiver {

std::string_view presented_key(const http::Request& request) {
  if (const auto key = request.query_value("key"); key && !key->empty()) return *key;
  return http::bearer_token(request);
}

const Source* find_opened(const std::vector<Source>& sources, std::string_view name, std::string_view key) {
  // The same work whatever is right or wrong: every source is looked at, the key is always hashed, and as
  // many hashes are compared as the source with the most keys has.
  const Source* named = nullptr;
  std::size_t most_keys = 1;
  for (const Source& source : sources) {
    if (source.name == name) named = &source;
    most_keys = std::max(most_keys, source.key_hashes.size());
  }
  const Sha256 presented = sha256(key);
  static const Sha256 kNoHash{};
  bool opens = false;
  for (std::size_t i = 0; i < most_keys; ++i) {
    const bool is_real = named != nullptr && i < named->key_hashes.size();
    const bool is_equal = equal_in_constant_time(presented, is_real ? named->key_hashes[i] : kNoHash);
    opens |= is_real && is_equal;
  }
  return opens && !key.empty() ? named : nullptr;
}

}  // namespace leadspool::receiver

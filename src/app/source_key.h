// Keys that open a source or the admin listener: 256 bits from the kernel, as text fit for a URL. Only their
// hashes are ever stored.
//
// Thread-safety: as `random`.
#pragma once

#include <string>

#include "base/random.h"
#include "base/secret.h"

namespace leadspool::app {

[[nodiscard]] Secret make_key(Random& random);

// The SHA-256 of the key's text in hexadecimal, as it stands in the configuration.
[[nodiscard]] std::string key_hash(const Secret& key);

}  // namespace leadspool::app

// A secret that may be changed where it stands, while the program runs.
//
// Thread-safety: none.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "base/secret.h"

namespace leadspool {

class LiveSecret {
 public:
  // nullopt: it cannot be read at present. Must not block for long.
  using Read = std::function<std::optional<Secret>()>;

  LiveSecret() = default;
  explicit LiveSecret(Secret secret, Read read = nullptr)
      : secret_(std::move(secret)), read_(std::move(read)) {}

  [[nodiscard]] const Secret& get() const { return secret_; }
  [[nodiscard]] bool empty() const { return secret_.empty(); }

  // Reads it again: for when it was refused. True when it is another now; one that cannot be read stays.
  [[nodiscard]] bool read_again() {
    auto secret = read_ ? read_() : std::nullopt;
    if (!secret || secret->reveal() == secret_.reveal()) return false;
    secret_ = std::move(*secret);
    return true;
  }

 private:
  Secret secret_;
  Read read_;
};

}  // namespace leadspool

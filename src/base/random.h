// The one source of randomness: ids, keys, claim numbers and jitter.
//
// Thread-safety: implementations may be called from any thread.
#pragma once

#include <cstdint>
#include <span>

namespace leadspool {

class Random {
 public:
  virtual ~Random() = default;

  virtual void fill(std::span<std::uint8_t> bytes) = 0;

  [[nodiscard]] std::uint64_t next();

  // Evenly spread over [0, 1).
  [[nodiscard]] double unit();
};

// The kernel's generator: fit for keys. Ends the process if the kernel refuses, which it never does
// once the system has booted.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override;
};

}  // namespace leadspool

// Collects what a verification finds. Inside the outbox only.
//
// Thread-safety: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "outbox/verification.h"

namespace leadspool::outbox {

enum class CheckName { integrity, schema, payloads, states, history, sequence, counts };

class Flaws {
 public:
  // Of each check so many are told; more are counted only.
  static constexpr std::int64_t kTold = 100;

  Flaws();

  void looked_at(CheckName name, std::int64_t count = 1) { check(name).looked_at += count; }
  void add(CheckName name, std::string what);

  [[nodiscard]] std::vector<Check> take_checks() { return std::move(checks_); }
  [[nodiscard]] std::vector<Flaw> take_flaws() { return std::move(flaws_); }

 private:
  [[nodiscard]] Check& check(CheckName name) { return checks_[static_cast<std::size_t>(name)]; }

  std::vector<Check> checks_;  // in the order of CheckName
  std::vector<Flaw> flaws_;
};

}  // namespace leadspool::outbox

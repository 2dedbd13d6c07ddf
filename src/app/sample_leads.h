// Sample leads, as the marketplace sends or might send them.
//
// Thread-safety: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/time.h"

namespace leadspool::app {

// A request's body, and how it is to be sent.
struct Sample {
  std::string body;
  std::string_view content_encoding = {};  // empty: none
  bool chunked = false;
};

struct SampleKind {
  std::string_view name;
  std::string_view explanation;  // to stand behind the name
  // For the `number`th person, from 1, sent at `now`. No two numbers give the same body, but for `empty`.
  Sample (*make)(int number, Time now);
};

// In the order in which they are explained. The first body of "official" is the documentation's own sample.
[[nodiscard]] std::span<const SampleKind> sample_kinds();

}  // namespace leadspool::app

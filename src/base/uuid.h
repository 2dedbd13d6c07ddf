// UUIDs. A lead's id is version 7 (RFC 9562 section 5.7): it begins with the time, so ids sort by age and
// new rows land side by side in the index.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/time.h"

namespace leadspool {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Uuid&) const = default;
};

[[nodiscard]] Uuid make_uuid_v7(Time now, Random& random);

// "0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f", lower case.
[[nodiscard]] std::string to_string(const Uuid& uuid);

// Takes the form above in any case; nullopt for anything else.
[[nodiscard]] std::optional<Uuid> parse_uuid(std::string_view text);

}  // namespace leadspool

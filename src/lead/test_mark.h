// The mark of the marketplace's test leads: MSFT_TEST_<ticks>, where the ticks are .NET's, 100 ns each since
// 0001-01-01T00:00:00 UTC, and tell when the test was sent. Partner Center sends one on Validate and one on
// each Publish.
//
// Thread-safety: pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"
#include "lead/lead.h"

namespace leadspool {

// The field that begins with the mark; nullptr: this is no test lead.
[[nodiscard]] const LeadField* find_test_mark(const LeadFields& fields);

// When the test was sent; nullopt where no mark has ticks that mean a time from 2000 to 2199.
[[nodiscard]] std::optional<Time> test_sent_at(const LeadFields& fields);

}  // namespace leadspool

// What trying a destination out has shown, as the JSON of the admin API (json_parts.h has the habits).
//
// Thread-safety: values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "connector/connector.h"

namespace leadspool::admin {

// {"destination","passed","steps":[{"what","verdict","detail","setting"}]}; it passed if a step has passed
// and none failed: where nothing could be found out, nothing is known to be right.
[[nodiscard]] std::string test_json(const std::string& destination,
                                    const std::vector<connector::TestStep>& steps);

// {"destination","lead","wanted","method","url","headers":[{"name","value"}],"body","cuts":[{"field","from",
// "to"}],"rejected_because"}
[[nodiscard]] std::string preview_json(const std::string& destination, const Uuid& lead, bool wanted,
                                       const connector::RequestPreview& preview);

// What previews of many leads have shown.
struct PreviewFindings {
  struct Finding {
    Uuid lead;
    Time received_at;
    connector::RequestPreview preview;
  };

  std::string destination;
  Time since;
  std::int64_t checked = 0;                // leads that the destination would get
  std::vector<Finding> rejected;           // those that would not be sent
  std::vector<Finding> cut;                // those sent with a text cut
  std::optional<std::string> next_cursor;  // absent: that was all
};

// {"destination","since","checked","rejected":[{"lead","received_at","because"}],"cut":[{"lead","received_at",
// "cuts":[...]}],"next_cursor"}
[[nodiscard]] std::string preview_findings_json(const PreviewFindings& findings);

}  // namespace leadspool::admin

// Who may read the files that the configuration names.
//
// Thread-safety: as look_aside.h.
#pragma once

#include <string>

#include "app/check_scope.h"
#include "app/finding.h"

namespace leadspool::app {

// Tells when the service's user may not read the existing `file`; findings bear `name`.
void check_readable(const CheckScope& scope, const std::string& name, const std::string& file,
                    Findings& findings);

// The same, and when everybody may read it.
void check_private(const CheckScope& scope, const std::string& name, const std::string& file,
                   Findings& findings);

// Whether everybody may.
[[nodiscard]] bool others_may_read(const std::string& file);

}  // namespace leadspool::app

// The receiver's certificate: files that can be read by the service and by nobody else, a pair, in its time,
// for the public URL's name, with a chain that clients accept.
//
// Thread-safety: as look_aside.h.
#pragma once

#include "app/check_scope.h"
#include "app/finding.h"

namespace leadspool::app {

void check_certificate(const CheckScope& scope, Findings& findings);

}  // namespace leadspool::app

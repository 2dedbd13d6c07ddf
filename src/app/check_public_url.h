// Whether the receiver is reached under its public URL: asked there, from this machine, with a GET, which our
// receiver refuses in its own way and stores nothing of. No key is sent.
//
// Thread-safety: any thread. Takes 20 s at most.
#pragma once

#include "app/check_scope.h"
#include "app/finding.h"

namespace leadspool::app {

void check_public_url(const CheckScope& scope, Findings& findings);

}  // namespace leadspool::app

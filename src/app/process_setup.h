// What the process as a whole must be before it serves: private files, no death by a broken pipe, enough
// descriptors, an orderly end on a signal.
//
// Thread-safety: called from main's thread, before others start.
#pragma once

#include "base/wake_signal.h"

namespace leadspool::app {

// Files are made for this user alone; a write to a closed connection or beyond a size limit fails instead of
// ending the process.
void make_process_safe();

// As many descriptors as the system grants; each connection takes one.
void raise_descriptor_limit();

// SIGTERM and SIGINT notify `stop` from now on; it must live until the process ends.
void stop_on_signals(WakeSignal& stop);

}  // namespace leadspool::app

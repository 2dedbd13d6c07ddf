// What the process as a whole must be before it does anything: private files and memory, no death by a broken
// pipe, enough descriptors.
//
// Thread-safety: called from main's thread, before others start.
#pragma once

namespace leadspool::app {

// Files are made for this user alone; no core is dumped, since memory holds keys and personal data; a write
// to a closed connection or beyond a size limit fails instead of ending the process.
void make_process_safe();

// As many descriptors as the system grants; each connection takes one.
void raise_descriptor_limit();

}  // namespace leadspool::app

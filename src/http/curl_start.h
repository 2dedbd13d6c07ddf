// libcurl's own set-up, which must be done once in a process before anything else of it.
//
// Thread-safety: any thread.
#pragma once

namespace leadspool::http {

// Throws std::runtime_error when libcurl cannot start.
void start_libcurl_once();

}  // namespace leadspool::http

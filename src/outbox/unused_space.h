// Wiping what the store's rows have left behind where SQLite does not overwrite it: in the log, and in the
// unused space within pages of the file. `secure_delete` overwrites what is deleted, but a page that is
// rebuilt while its rows are shared out anew among its neighbours keeps copies of the rows that moved away,
// between its directory and its rows, until something else comes to lie there.
//
// Only those bytes of a page are touched that belong to nothing, so a crash in the middle, or a reader at the
// same moment, sees nothing of it. It is done by SQLite's own file handle (another one of this process would
// drop its locks), while the log is empty and nobody writes.
//
// Thread-safety: the committer's thread, with no transaction open (Committer::run_alone).
// Errors: SQLite::Exception.
#pragma once

#include <cstdint>
#include <optional>

namespace leadspool::outbox {

class Connection;

// Copies the log into the file and cuts it to nothing. False: readers were in the way for as long as it waits
// for them, a few tens of milliseconds.
[[nodiscard]] bool empty_log(Connection& connection);

// A portion of the file's pages has been wiped, from `first_page` (1 is the first) on: where to go on; 0: all
// are. nullopt: readers were in the way of emptying the log, and nothing was done.
[[nodiscard]] std::optional<std::uint32_t> wipe_unused_space(Connection& connection,
                                                             std::uint32_t first_page);

}  // namespace leadspool::outbox

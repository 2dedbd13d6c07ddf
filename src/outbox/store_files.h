// What SQLite does not do for the store's files: making them readable by their owner alone, giving them to
// whom they must belong, and syncing them by name.
//
// Thread-safety: any thread. To sync a file that SQLite has open in this process drops SQLite's locks on it.
// Errors: StoreError, unless told otherwise.
#pragma once

#include <string>

namespace leadspool::outbox {

// "." for a bare name.
[[nodiscard]] std::string folder_of(const std::string& path);

// Makes an empty file, 0600 whatever the umask, given to the owner of its folder. False: there is one
// already.
[[nodiscard]] bool make_private_file(const std::string& path);

// The store's folder belongs to the user that the service runs as. Whatever root makes in there must belong
// to that user too, else the service could not open it. Does nothing for others than root, nor to a file that
// is not root's. Where it cannot be done, as on a disk without owners, that is logged.
void give_to_owner_of_folder(const std::string& path);

// The file's content, or the folder's entries, are there after a power loss.
void sync_file(const std::string& path);
void sync_folder(const std::string& folder);

// The database and whatever SQLite may have left beside it. Cannot fail; what is not there is none.
void remove_database(const std::string& path) noexcept;

}  // namespace leadspool::outbox

// Copies of the store as text for a person in a terminal.
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <string>

#include "app/text_table.h"
#include "outbox/verification.h"

namespace leadspool::app {

// From GET /api/v1/backups.
[[nodiscard]] std::string backups_text(const std::string& json, std::size_t width = kUnlimitedWidth);

// From POST /api/v1/backups.
[[nodiscard]] std::string made_backup_text(const std::string& json);

// Of a copy that was taken away to `file`, and found good there.
[[nodiscard]] std::string taken_copy_text(const std::string& file, const outbox::Verification& found);
[[nodiscard]] std::string taken_copy_json(const std::string& file, const outbox::Verification& found);

}  // namespace leadspool::app

// How a lead's row is read back: the columns, in one order, for every door that needs them.
#pragma once

#include "lead/lead.h"

namespace SQLite {
class Statement;
}

namespace leadspool::outbox {

// The columns of a lead's fields, in the order of kLeadFields; a test holds the two together.
#define LEADSPOOL_FIELD_COLUMNS                                                                         \
  "first_name, last_name, email, phone, country, company, title, offer_title, lead_source, publisher, " \
  "offer_id, action_code, description"

// The columns that read_lead() expects, of a table `lead` in the query.
#define LEADSPOOL_LEAD_COLUMNS                                                          \
  "lead.id, lead.received_at, lead.source, lead.disposition, lead.disposition_reason, " \
  "lead.duplicate_of, " LEADSPOOL_FIELD_COLUMNS

// The body that a lead is delivered with: of its latest revision that brought one, else the one it came in.
// Of a table `lead` in the query.
#define LEADSPOOL_PAYLOAD_COLUMN                                                                            \
  "CASE lead.revision WHEN 0 THEN lead.payload ELSE coalesce((SELECT revision.payload FROM revision WHERE " \
  "revision.lead_number = lead.number AND revision.payload IS NOT NULL ORDER BY revision.number DESC "      \
  "LIMIT 1), lead.payload) END"

inline constexpr int kLeadColumnCount = 6 + static_cast<int>(kLeadFields.size());

// The lead in the statement's current row, from column `first` on.
[[nodiscard]] Lead read_lead(SQLite::Statement& row, int first);
// The same where LEADSPOOL_PAYLOAD_COLUMN follows.
[[nodiscard]] LeadWithPayload read_lead_with_payload(SQLite::Statement& row, int first);

// A 16-byte column as a UUID, a 32-byte one as a digest.
[[nodiscard]] Uuid read_uuid(SQLite::Statement& row, int column);
[[nodiscard]] Sha256 read_sha256(SQLite::Statement& row, int column);
// A column that may be NULL, as a moment.
[[nodiscard]] std::optional<Time> read_optional_time(SQLite::Statement& row, int column);

// The value that a column's text names. The schema allows no others, so one that is there means a damaged
// file: throws SQLite::Exception with SQLITE_CORRUPT, as SQLite does where it sees the damage itself. The
// readers above do too.
[[noreturn]] void throw_damaged(const char* what);
template <typename Value>
[[nodiscard]] Value undamaged(const std::optional<Value>& value, const char* what) {
  if (!value) throw_damaged(what);
  return *value;
}

void bind_uuid(SQLite::Statement& statement, int parameter, const Uuid& uuid);
// Not copied: `digest` outlives the statement's use.
void bind_sha256(SQLite::Statement& statement, int parameter, const Sha256& digest);

}  // namespace leadspool::outbox

#include "outbox/lead_row.h"

#include <cstring>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

namespace leadspool::outbox {

Lead read_lead(SQLite::Statement& row, int first) {
  Lead lead;
  lead.id = read_uuid(row, first);
  lead.received_at = from_unix_ms(row.getColumn(first + 1).getInt64());
  lead.source = row.getColumn(first + 2).getString();
  lead.disposition = undamaged(parse_disposition(row.getColumn(first + 3).getString()), "lead.disposition");
  lead.disposition_reason = row.getColumn(first + 4).getString();
  if (!row.getColumn(first + 5).isNull()) lead.duplicate_of = read_uuid(row, first + 5);
  int column = first + 6;
  for (const auto& field : kLeadFields) lead.fields.*field.member = row.getColumn(column++).getString();
  return lead;
}

LeadWithPayload read_lead_with_payload(SQLite::Statement& row, int first) {
  LeadWithPayload lead{read_lead(row, first), {}};
  lead.payload = row.getColumn(first + kLeadColumnCount).getString();
  return lead;
}

Uuid read_uuid(SQLite::Statement& row, int column) {
  const auto cell = row.getColumn(column);
  Uuid uuid;
  if (cell.getBytes() != static_cast<int>(uuid.bytes.size())) throw_damaged("an id");
  std::memcpy(uuid.bytes.data(), cell.getBlob(), uuid.bytes.size());
  return uuid;
}

Sha256 read_sha256(SQLite::Statement& row, int column) {
  const auto cell = row.getColumn(column);
  Sha256 digest;
  if (cell.getBytes() != static_cast<int>(digest.size())) throw_damaged("a digest");
  std::memcpy(digest.data(), cell.getBlob(), digest.size());
  return digest;
}

std::optional<Time> read_optional_time(SQLite::Statement& row, int column) {
  const auto cell = row.getColumn(column);
  if (cell.isNull()) return std::nullopt;
  return from_unix_ms(cell.getInt64());
}

void throw_damaged(const char* what) {
  throw SQLite::Exception(std::string("the store is damaged: impossible value of ") + what, SQLITE_CORRUPT);
}

void bind_uuid(SQLite::Statement& statement, int parameter, const Uuid& uuid) {
  statement.bind(parameter, uuid.bytes.data(), static_cast<int>(uuid.bytes.size()));
}

void bind_sha256(SQLite::Statement& statement, int parameter, const Sha256& digest) {
  statement.bindNoCopy(parameter, digest.data(), static_cast<int>(digest.size()));
}

}  // namespace leadspool::outbox

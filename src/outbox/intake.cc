#include "outbox/intake.h"

#include <filesystem>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/delivery_row.h"
#include "outbox/lead_row.h"

namespace leadspool::outbox {
namespace {

constexpr const char* kInsertLead =
    "INSERT INTO lead (id, received_at, source, disposition, disposition_reason, duplicate_of, "
    "content_sha256, idempotency_key, remote_address, headers_json, payload_sha256, "
    "payload, unrouted, " LEADSPOOL_FIELD_COLUMNS
    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

constexpr const char* kFindKey =
    "SELECT id, disposition, disposition_reason, payload_sha256 FROM lead "
    "WHERE source = ? AND idempotency_key = ?";

// Never a duplicate itself, so that a lead which comes again and again is not held for ever. The first is the
// one with the lowest number: a clock that was set back makes the first look younger than those after it.
constexpr const char* kFindContent =
    "SELECT id FROM lead WHERE substr(content_sha256, 1, 8) = substr(?1, 1, 8) AND content_sha256 = ?1 "
    "AND source = ?2 AND received_at >= ?3 AND disposition <> 'duplicate' ORDER BY number LIMIT 1";

// The lead that came with the same key before.
std::optional<Repeated> find_repeated(Connection& connection, const NewLead& lead) {
  if (lead.idempotency_key.empty()) return std::nullopt;
  auto row = connection.use(kFindKey);
  row->bindNoCopy(1, lead.source);
  row->bindNoCopy(2, lead.idempotency_key);
  if (!row->executeStep()) return std::nullopt;
  return Repeated{read_uuid(*row, 0),
                  undamaged(parse_disposition(row->getColumn(1).getString()), "lead.disposition"),
                  row->getColumn(2).getString(), read_sha256(*row, 3)};
}

bool is_readable(const NewLead& lead) {
  return lead.disposition != Disposition::quarantined && lead.disposition != Disposition::probe;
}

// What would only be held misses nothing where no destination wants it.
bool is_to_go_out(Disposition disposition) {
  return disposition == Disposition::deliver || disposition == Disposition::test;
}

bool has_content(const NewLead& lead) { return lead.content_sha256 && is_readable(lead); }

// The lead that said the same before.
std::optional<Uuid> find_same_content(Connection& connection, const NewLead& lead, Time now) {
  if (!has_content(lead)) return std::nullopt;
  if (lead.dedupe_window <= Milliseconds::zero()) return std::nullopt;
  auto row = connection.use(kFindContent);
  bind_sha256(*row, 1, *lead.content_sha256);
  row->bindNoCopy(2, lead.source);
  row->bind(3, to_unix_ms(now - lead.dedupe_window));
  if (!row->executeStep()) return std::nullopt;
  return read_uuid(*row, 0);
}

// What is decided about a lead, its predecessors seen.
struct Decision {
  Disposition disposition;
  std::string reason;
  std::optional<Uuid> duplicate_of;
  bool keeps_key = false;
};

Decision as_judged(const NewLead& lead, bool keeps_key) {
  return {lead.disposition, lead.disposition_reason, std::nullopt, keeps_key};
}

Decision as_duplicate(const NewLead& lead, const Uuid& first, std::string reason) {
  reason += ", as " + to_string(first);
  if (!lead.disposition_reason.empty()) reason += "; " + lead.disposition_reason;
  return {Disposition::duplicate, std::move(reason), first};
}

// `same_key` is the lead that came with the same key and another body, if any.
Decision decide(Connection& connection, const NewLead& lead, const std::optional<Repeated>& same_key,
                Time now) {
  const bool key_is_used_up = same_key && same_key->disposition != Disposition::quarantined;
  if (key_is_used_up && is_readable(lead)) {
    return as_duplicate(lead, same_key->id, "the sender's key came before with another body");
  }
  const bool has_own_key = !lead.idempotency_key.empty() && !same_key;
  if (has_own_key) return as_judged(lead, lead.disposition != Disposition::probe);
  const auto first = find_same_content(connection, lead, now);
  return first ? as_duplicate(lead, *first, "the same lead came before") : as_judged(lead, false);
}

// What is not bound is NULL.
std::int64_t insert_lead(Connection& connection, const NewLead& lead, const Uuid& id, Time now,
                         const Decision& decision) {
  auto insert = connection.use(kInsertLead);
  bind_uuid(*insert, 1, id);
  insert->bind(2, to_unix_ms(now));
  insert->bindNoCopy(3, lead.source);
  insert->bind(4, std::string(to_string(decision.disposition)));
  insert->bindNoCopy(5, decision.reason);
  if (decision.duplicate_of) bind_uuid(*insert, 6, *decision.duplicate_of);
  if (has_content(lead)) bind_sha256(*insert, 7, *lead.content_sha256);
  if (decision.keeps_key) insert->bindNoCopy(8, lead.idempotency_key);
  insert->bindNoCopy(9, lead.receipt.remote_address);
  insert->bindNoCopy(10, lead.receipt.headers_json);
  bind_sha256(*insert, 11, lead.receipt.payload_sha256);
  insert->bindNoCopy(12, lead.receipt.payload.data(), static_cast<int>(lead.receipt.payload.size()));
  insert->bind(13, is_to_go_out(decision.disposition) && lead.deliveries.empty() ? 1 : 0);
  int parameter = 14;
  for (const auto& field : kLeadFields) insert->bindNoCopy(parameter++, lead.fields.*field.member);
  insert->exec();
  return connection.database().getLastInsertRowid();
}

// The lead and its deliveries; those of a duplicate all wait for a person.
void insert_all(Connection& connection, const NewLead& lead, const Uuid& id, Time now,
                const Decision& decision) {
  const auto lead_number = insert_lead(connection, lead, id, now, decision);
  for (NewDelivery delivery : lead.deliveries) {
    if (decision.duplicate_of) delivery.held_reason = decision.reason;
    insert_delivery(connection, delivery, lead_number, now);
  }
}

}  // namespace

Intake::Intake(IntakeOptions options, std::string store_path, Committer& committer, const Clock& clock,
               Random& random)
    : minimum_free_bytes_(options.minimum_free_bytes),
      folder_(std::filesystem::absolute(store_path).parent_path()),
      committer_(committer),
      clock_(clock),
      random_(random) {}

void Intake::on_accepted(std::function<void()> callback) { on_accepted_ = std::move(callback); }

void Intake::set_minimum_free(std::uint64_t bytes) { minimum_free_bytes_ = bytes; }

std::variant<Accepted, Repeated, NotStored> Intake::accept(const NewLead& lead) {
  if (auto low = trouble()) return NotStored{std::move(*low), false};

  const Time now = clock_.now();
  Accepted accepted{make_uuid_v7(now, random_), std::nullopt};
  std::optional<Repeated> repeated;
  const auto failure = committer_.commit(Urgency::when_there_is_room, [&](Connection& connection) {
    repeated = find_repeated(connection, lead);
    if (repeated && repeated->payload_sha256 == lead.receipt.payload_sha256) return;
    const auto decision = decide(connection, lead, repeated, now);
    insert_all(connection, lead, accepted.id, now, decision);
    connection.note({.kind = StoredChange::Kind::received, .lead = accepted.id});
    accepted.duplicate_of = decision.duplicate_of;
    // A quarantined lead does not answer for what came after it.
    if (repeated && repeated->disposition == Disposition::quarantined) repeated.reset();
    if (repeated) repeated->stored_as = accepted.id;
  });
  if (failure) return NotStored{failure->detail, failure->kind == Failure::Kind::queue_full};
  const bool is_stored = !repeated || repeated->stored_as;
  if (is_stored && on_accepted_) on_accepted_();
  if (repeated) return std::move(*repeated);
  return accepted;
}

std::optional<std::string> Intake::trouble() const {
  const std::uint64_t minimum = minimum_free_bytes_;
  std::error_code unknown;
  const auto space = std::filesystem::space(folder_, unknown);
  if (unknown || space.available >= minimum) return std::nullopt;
  return "the store's disk has only " + std::to_string(space.available >> 20) + " MiB left, less than the " +
         std::to_string(minimum >> 20) + " MiB of [store] minimum_free_mib";
}

}  // namespace leadspool::outbox

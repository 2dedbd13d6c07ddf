#include "outbox/intake.h"

#include <filesystem>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/lead_row.h"

namespace leadspool::outbox {
namespace {

// The fields stand in the order of kLeadFields.
constexpr const char* kInsertLead =
    "INSERT INTO lead (id, received_at, source, disposition, disposition_reason, remote_address, "
    "headers_json, "
    "payload_sha256, payload, first_name, last_name, email, phone, country, company, title, offer_title, "
    "lead_source, publisher, offer_id, action_code, description) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

// accept: -> pending, due at once
constexpr const char* kInsertPending =
    "INSERT INTO delivery (lead_number, destination, state, state_since, due_at) VALUES (?, ?, 'pending', ?, "
    "?)";

// accept: -> held
constexpr const char* kInsertHeld =
    "INSERT INTO delivery (lead_number, destination, state, state_since, held_reason) VALUES (?, ?, 'held', "
    "?, ?)";

std::int64_t insert_lead(Connection& connection, const NewLead& lead, const Uuid& id, Time now) {
  auto insert = connection.use(kInsertLead);
  bind_uuid(*insert, 1, id);
  insert->bind(2, to_unix_ms(now));
  insert->bindNoCopy(3, lead.source);
  insert->bind(4, std::string(to_string(lead.disposition)));
  insert->bindNoCopy(5, lead.disposition_reason);
  insert->bindNoCopy(6, lead.receipt.remote_address);
  insert->bindNoCopy(7, lead.receipt.headers_json);
  insert->bindNoCopy(8, lead.receipt.payload_sha256.data(),
                     static_cast<int>(lead.receipt.payload_sha256.size()));
  insert->bindNoCopy(9, lead.receipt.payload.data(), static_cast<int>(lead.receipt.payload.size()));
  int parameter = 10;
  for (const auto& field : kLeadFields) insert->bindNoCopy(parameter++, lead.fields.*field.member);
  insert->exec();
  return connection.database().getLastInsertRowid();
}

void insert_delivery(Connection& connection, const NewDelivery& delivery, std::int64_t lead_number,
                     Time now) {
  auto insert = connection.use(delivery.held_reason ? kInsertHeld : kInsertPending);
  insert->bind(1, lead_number);
  insert->bindNoCopy(2, delivery.destination);
  insert->bind(3, to_unix_ms(now));
  if (delivery.held_reason) {
    insert->bindNoCopy(4, *delivery.held_reason);
  } else {
    insert->bind(4, to_unix_ms(now));
  }
  insert->exec();
}

}  // namespace

Intake::Intake(IntakeOptions options, std::string store_path, Committer& committer, const Clock& clock,
               Random& random)
    : options_(options),
      folder_(std::filesystem::absolute(store_path).parent_path()),
      committer_(committer),
      clock_(clock),
      random_(random) {}

void Intake::on_accepted(std::function<void()> callback) { on_accepted_ = std::move(callback); }

std::variant<Accepted, NotStored> Intake::accept(const NewLead& lead) {
  if (auto low = trouble()) return NotStored{std::move(*low), false};

  const Time now = clock_.now();
  const Uuid id = make_uuid_v7(now, random_);
  const auto result = committer_.commit(Urgency::when_there_is_room, [&](Connection& connection) {
    const auto lead_number = insert_lead(connection, lead, id, now);
    for (const auto& delivery : lead.deliveries) insert_delivery(connection, delivery, lead_number, now);
  });
  if (result) return NotStored{result->detail, result->kind == Failure::Kind::queue_full};
  if (on_accepted_) on_accepted_();
  return Accepted{id};
}

std::optional<std::string> Intake::trouble() const {
  std::error_code unknown;
  const auto space = std::filesystem::space(folder_, unknown);
  if (unknown || space.available >= options_.minimum_free_bytes) return std::nullopt;
  return "the store's disk has only " + std::to_string(space.available >> 20) + " MiB left, less than the " +
         std::to_string(options_.minimum_free_bytes >> 20) + " MiB of [store] minimum_free_mib";
}

}  // namespace leadspool::outbox

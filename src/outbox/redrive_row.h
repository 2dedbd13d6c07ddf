// How a redrive's row is written and read back, for the doors that need it: redrives and reader.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "outbox/redrive_search.h"
#include "outbox/redrives.h"

namespace leadspool::outbox {

class Connection;

// With what became of their deliveries, all of which are counted. Newest first.
[[nodiscard]] std::vector<RedriveView> read_redrives(Connection& connection, int limit);
[[nodiscard]] std::optional<RedriveView> find_redrive(Connection& connection, const Uuid& id);

[[nodiscard]] std::vector<OpenRedrive> read_open_redrives(Connection& connection);

// What carrying one out needs to know.
struct RedriveRow {
  std::int64_t number = 0;
  RedriveView view;  // without what became of its deliveries
  std::int64_t last_lead_number = 0;
  RedriveCursor cursor;
};

[[nodiscard]] std::optional<RedriveRow> find_redrive_row(Connection& connection, const Uuid& id);

void insert_redrive(Connection& connection, const RedriveView& redrive, std::int64_t last_lead_number);

// Its state, how many were redriven, and how far it has come.
void write_redrive_progress(Connection& connection, const RedriveRow& redrive);

void end_redrive(Connection& connection, std::int64_t number, RedriveState state, const std::string& why,
                 Time now);

}  // namespace leadspool::outbox

#include "outbox/redrive_room.h"

#include <algorithm>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/destination_row.h"

namespace leadspool::outbox {
namespace {

#define LEADSPOOL_ON_ITS_WAY \
  "SELECT 1 FROM delivery WHERE redrive_number = ? AND state IN ('pending', 'claimed')"

constexpr const char* kAny = LEADSPOOL_ON_ITS_WAY " LIMIT 1";
constexpr const char* kCount = "SELECT count(*) FROM (" LEADSPOOL_ON_ITS_WAY " LIMIT ?)";
constexpr const char* kCountAt =
    "SELECT count(*) FROM (" LEADSPOOL_ON_ITS_WAY " AND destination = ? LIMIT ?)";

constexpr const char* kCountDiscarded =
    "SELECT count(*) FROM (SELECT 1 FROM delivery WHERE redrive_number = ? AND state = 'discarded' LIMIT ?)";

// Neither counts further than `most`.
int count_all(Connection& connection, std::int64_t redrive_number, int most) {
  auto row = connection.use(kCount);
  row->bind(1, redrive_number);
  row->bind(2, most);
  row->executeStep();
  return row->getColumn(0).getInt();
}

int count_at(Connection& connection, std::int64_t redrive_number, const std::string& destination, int most) {
  auto row = connection.use(kCountAt);
  row->bind(1, redrive_number);
  row->bindNoCopy(2, destination);
  row->bind(3, most);
  row->executeStep();
  return row->getColumn(0).getInt();
}

}  // namespace

bool is_any_on_its_way(Connection& connection, std::int64_t redrive_number) {
  auto row = connection.use(kAny);
  row->bind(1, redrive_number);
  return row->executeStep();
}

std::int64_t canaries_left(Connection& connection, const RedriveRow& redrive) {
  auto row = connection.use(kCountDiscarded);
  row->bind(1, redrive.number);
  row->bind(2, redrive.view.order.canary);
  row->executeStep();
  const auto drawn = redrive.view.redriven - row->getColumn(0).getInt64();
  return std::max<std::int64_t>(0, redrive.view.order.canary - drawn);
}

int room_for(Connection& connection, const RedriveRow& redrive, int most_waiting,
             const IsConfigured& is_configured) {
  const auto& view = redrive.view;
  std::int64_t room = most_waiting;
  if (view.order.filter.destination) {
    room -= count_all(connection, redrive.number, most_waiting);
  } else {
    for (const auto& name : working_destinations(connection)) {
      if (room > 0 && is_configured(name)) {
        room -= count_at(connection, redrive.number, name, static_cast<int>(room));
      }
    }
  }
  if (view.state == RedriveState::canary) room = std::min(room, canaries_left(connection, redrive));
  return static_cast<int>(std::max<std::int64_t>(room, 0));
}

}  // namespace leadspool::outbox

// The door for looking at the store as a whole: counts, groups, what went on over time, orders, notices. A
// connection of its own, opened read-only, so that it never waits for those who look at leads (reader.h).
//
// Every call is one short read, whose cost does not grow with the number of leads.
//
// Thread-safety: any thread; calls take turns.
// Errors: throws StoreError when the store cannot be read.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "lead/attempt.h"
#include "lead/delivery.h"
#include "lead/destination_record.h"
#include "lead/lead.h"
#include "outbox/redrives.h"

namespace leadspool::outbox {

class ReadConnection;

struct DeadGroup {
  std::string cause;
  std::string destination;
  std::int64_t count = 0;
  Time first;
  Time last;
  Uuid sample;  // one that died last
};

struct DeadCount {
  std::string destination;
  std::int64_t count = 0;
  Time first;  // died the oldest of them
};

struct StateCount {
  std::string destination;
  State state;
  std::int64_t count;
};

struct LeadCount {
  std::string source;
  Disposition disposition;
  std::int64_t count;
};

// A destination of which the store knows: by its deliveries, or by what is remembered of it.
struct KnownDestination {
  std::string name;
  DestinationRecord record;
  // When the oldest lead was received that is pending or claimed there.
  std::optional<Time> oldest_waiting_received_at;
};

struct StoreStatus {
  std::int64_t leads = 0;                              // erased ones included
  std::int64_t unrouted = 0;                           // that no destination wants
  std::vector<LeadCount> dispositions;                 // only counts that are not 0
  std::vector<StateCount> deliveries;                  // only counts that are not 0
  std::optional<Time> oldest_undelivered_received_at;  // of pending and claimed
  std::optional<Time> last_received_at;
  std::int64_t not_searchable = 0;          // leads whose words are not in the search index yet
  bool purging = false;                     // words of erased leads are still being removed from that index
  std::int64_t store_bytes = 0;             // the database file
  std::int64_t log_bytes = 0;               // its write-ahead log
  std::optional<std::uint64_t> free_bytes;  // that its disk has left for us; nullopt: unknown
};

// How long delivered leads were under way, by classes. The last class has no upper end.
inline constexpr std::array<Milliseconds, 15> kWaitClasses{
    Milliseconds{100},        Milliseconds{250},        Milliseconds{500},        Milliseconds{1'000},
    Milliseconds{2'500},      Milliseconds{5'000},      Milliseconds{10'000},     Milliseconds{30'000},
    Milliseconds{60'000},     Milliseconds{300'000},    Milliseconds{1'800'000},  Milliseconds{7'200'000},
    Milliseconds{21'600'000}, Milliseconds{86'400'000}, Milliseconds{604'800'000}};

struct Waits {
  std::array<std::int64_t, kWaitClasses.size() + 1> counts{};

  [[nodiscard]] std::int64_t total() const;
  // The upper end of the class in which `share` (0 to 1) of all have arrived; nullopt: in the one without an
  // upper end, or there are none.
  [[nodiscard]] std::optional<Milliseconds> within(double share) const;
};

enum class Metric { received, delivered, dead, attempts };
inline constexpr std::array kMetrics{Metric::received, Metric::delivered, Metric::dead, Metric::attempts};
[[nodiscard]] std::string_view to_string(Metric metric);
[[nodiscard]] std::optional<Metric> parse_metric(std::string_view text);

// What was counted in one hour of one thing.
struct HourCount {
  Time hour;          // its beginning
  std::string label;  // of received: the source; of the others: the destination
  std::string kind;   // of received: the disposition; of attempts: the outcome; else empty
  std::int64_t count = 0;
};

// What people were told of and that is not over.
struct OpenAlert {
  std::string name;
  Time since;
  Time told_at;  // last
  std::string text;
};

struct NoticeView {
  Time at;
  std::string name;
  std::string kind;  // "began", "goes on", "over"
  std::string text;
};

class Overview {
 public:
  // Throws StoreError when the store is missing, not ours, or of another schema version.
  explicit Overview(std::string store_path);
  ~Overview();
  Overview(const Overview&) = delete;
  Overview& operator=(const Overview&) = delete;

  [[nodiscard]] StoreStatus status();
  // Readable leads that no destination wants.
  [[nodiscard]] std::int64_t unrouted();
  // The largest first.
  [[nodiscard]] std::vector<DeadGroup> dead_letters();
  // By destination, those that have any.
  [[nodiscard]] std::vector<DeadCount> dead_counts();
  [[nodiscard]] std::vector<KnownDestination> destinations();
  // When each source's last lead was received, whatever was decided about it.
  [[nodiscard]] std::vector<std::pair<std::string, Time>> last_received();
  // Hours from that of `from` on and before `to`, oldest first; only counts that are not 0.
  [[nodiscard]] std::vector<HourCount> hours(Metric metric, Time from, Time to);
  // The same hours summed up: one for each label and kind, whose `hour` is the first that counted.
  [[nodiscard]] std::vector<HourCount> totals(Metric metric, Time from, Time to);
  // Of leads that were delivered to `destination` (absent: to any) in those hours.
  [[nodiscard]] Waits waits(Time from, Time to, const std::optional<std::string>& destination = std::nullopt);
  [[nodiscard]] std::vector<RedriveView> redrives(int limit);  // newest first
  [[nodiscard]] std::optional<RedriveView> redrive(const Uuid& id);
  [[nodiscard]] std::vector<NoticeView> notices(int limit);  // newest first
  [[nodiscard]] std::vector<OpenAlert> open_alerts();        // by name

 private:
  std::unique_ptr<ReadConnection> turns_;
};

}  // namespace leadspool::outbox

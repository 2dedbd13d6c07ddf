// What the running service adds to what the outbox knows. The app fills it in; the CLI in process leaves
// most of it empty.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "connector/connector.h"
#include "lead/destination_record.h"
#include "lead/lead.h"
#include "outbox/commit_timings.h"
#include "outbox/new_delivery.h"

namespace leadspool::admin {

class ChangeFeed;

// How a running worker finds a destination at this moment; what is remembered of it, and what waits for it,
// the outbox knows.
struct HealthStatus {
  Condition condition = Condition::working;
  std::optional<Time> since;       // of a condition other than working
  std::string reason;              // of the last failure; empty when well
  std::optional<Time> next_probe;  // while not working, or while a Retry-After lasts
  int in_flight = 0;
};

// A destination of the configuration.
struct DestinationStatus {
  std::string name;
  std::string type;
  std::optional<HealthStatus> health;  // absent: no worker runs, or it does not know it yet
};

// The certificate that the receiver serves.
struct CertificateStatus {
  std::string file;
  Time valid_until;
  std::string problem;  // why a newer one on disk is not served; empty: none
};

// The configuration that is in force.
struct ConfigStatus {
  std::string file;
  Time loaded_at;
  std::vector<std::string> errors;  // of the last reload, if that was refused: the old one is in force
  std::vector<std::string> restart_needed;  // keys whose new value takes effect with the next start
};

// What became of a reload.
struct ReloadReport {
  bool done = false;                // false: `errors` say why, and nothing changed
  std::vector<std::string> errors;  // "leadspool.toml:7:1: receiver.lisen: unknown key"
  std::vector<std::string> warnings;
  std::vector<std::string> restart_needed;  // as in ConfigStatus
};

// What a destination would be sent by the settings as they stand in the file now.
struct Previews {
  std::vector<std::string> mistakes;  // not empty: the file cannot be used, and the rest is empty
  std::function<connector::RequestPreview(const LeadWithPayload& lead)> preview;
  std::function<bool(const Lead& lead)> wants;  // whether the destination would get it, as if it came now
};

// A source of the configuration.
struct SourceStatus {
  std::string name;
  std::string url;                 // where its leads are posted, without the key
  int keys = 0;                    // how many open it
  std::int64_t silence_hours = 0;  // so long without a lead is told of; 0: never
  std::string test_leads;          // "deliver" or "hold"
  std::string do_not_contact;      // the same
};

// A copy of the store.
struct BackupCopy {
  std::string path;
  Time made_at;
  std::int64_t bytes = 0;
};

// The copies that the service makes by itself, each found good.
struct BackupsStatus {
  std::string folder;  // empty: none are made
  std::int64_t every_hours = 0;
  std::int64_t keep = 0;
  std::vector<BackupCopy> copies;    // the newest first
  std::optional<BackupCopy> newest;  // that bears no time in the future
  std::optional<Time> next_at;
  bool under_way = false;
  std::string problem;  // why the last try failed; empty: it did not
  std::optional<Time> failing_since;
  std::int64_t failures = 0;  // since the start
};

struct MadeCopy {
  BackupCopy copy;
  std::int64_t leads = 0;
  std::chrono::milliseconds took{0};
};

// The text tells why none could be made.
using CopyResult = std::variant<MadeCopy, std::string>;

// All functions are called from any thread; any of them may be empty.
struct ServiceView {
  std::function<std::vector<SourceStatus>()> sources;             // those of the configuration, in its order
  std::function<std::vector<DestinationStatus>()> destinations;   // those of the configuration, in its order
  std::function<std::optional<std::string>()> store_trouble;      // why nothing can be stored, if so
  std::function<std::optional<CertificateStatus>()> certificate;  // nullopt: plain HTTP
  std::function<ConfigStatus()> config;
  // Reads the configuration again; empty: there is no running service to do so.
  std::function<ReloadReport()> reload;
  // The deliveries that `lead` gets, as if it came now; empty for a source that is gone.
  std::function<std::vector<outbox::NewDelivery>(const Lead& lead)> new_deliveries;
  // Looks whether the settings of a destination are right, without making a record; they are read again for
  // it. Returns when that is done. nullopt: there is none of that name.
  std::function<std::optional<std::vector<connector::TestStep>>(const std::string& name)> test_destination;
  // What would be sent to a destination. nullopt: there is none of that name.
  std::function<std::optional<Previews>(const std::string& name)> previews;
  std::function<BackupsStatus()> backups;
  // Make a copy now and return when it was found good: one for the folder of the others, or one that the
  // caller takes away and removes. Empty: the store was opened for reading only.
  std::function<CopyResult()> make_backup;
  std::function<CopyResult()> make_copy_to_take_away;
  // How the commits of this process went; empty: it has none worth telling.
  std::function<outbox::CommitTimings()> commits;
  std::optional<Time> started_at;  // when the running service started
  bool running = false;
  // Why no lead can be received at this moment, though nothing is wrong; empty, or nullopt: it can.
  std::function<std::optional<std::string>()> not_ready;
  ChangeFeed* changes = nullptr;  // nullptr: nothing changes, since no service runs
};

}  // namespace leadspool::admin

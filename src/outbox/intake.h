// The door by which leads come in.
//
// Thread-safety: any thread; accept() blocks until the lead is on disk.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "lead/lead.h"
#include "outbox/committer.h"

namespace leadspool::outbox {

struct NewDelivery {
  std::string destination;
  std::optional<std::string> held_reason;  // set: the delivery starts held
};

struct NewLead {
  std::string source;
  Disposition disposition = Disposition::deliver;
  std::string disposition_reason;  // empty exactly for `deliver`
  LeadFields fields;
  Receipt receipt;
  std::vector<NewDelivery> deliveries;
};

struct Accepted {
  Uuid id;
};

// The lead was not stored, or the disk did not say that it was.
struct NotStored {
  std::string reason;  // for the log
  bool busy = false;   // too much was waiting; otherwise the disk is in trouble
};

struct IntakeOptions {
  // New leads are refused while the store's disk has less than this left, so that delivering what is
  // stored, and operating, go on. Bytes.
  std::uint64_t minimum_free_bytes = 64ull << 20;
};

class Intake {
 public:
  // All three references outlive the Intake. `store_path` is the committer's.
  Intake(IntakeOptions options, std::string store_path, Committer& committer, const Clock& clock,
         Random& random);

  [[nodiscard]] std::variant<Accepted, NotStored> accept(const NewLead& lead);

  // Why leads are refused at present for lack of room on the disk; nullopt while there is room.
  [[nodiscard]] std::optional<std::string> trouble() const;

  // Called after each lead was stored: wakes the worker. Set before the first accept().
  void on_accepted(std::function<void()> callback);

 private:
  const IntakeOptions options_;
  const std::string folder_;
  Committer& committer_;
  const Clock& clock_;
  Random& random_;
  std::function<void()> on_accepted_;
};

}  // namespace leadspool::outbox

#include "simulation/store_promises.h"

#include <algorithm>
#include <set>

#include "fault/store_check.h"
#include "lead/transition.h"

namespace leadspool::simulation {
namespace {

using outbox::DeliveryView;

// All that is to be known of the end of one delivery.
struct Ended {
  const LedgerLead& lead;
  const LedgerDelivery& expected;
  const DeliveryView& found;
  const SimulatedCrm& crm;
  int restarts;

  [[nodiscard]] std::string name() const { return found.destination + ", " + lead.key; }
};

std::vector<outbox::LeadView> read_all(outbox::Reader& reader) {
  std::vector<outbox::LeadView> leads;
  std::optional<std::int64_t> before;
  do {
    auto page = reader.list({}, 500, before);
    std::move(page.leads.begin(), page.leads.end(), std::back_inserter(leads));
    before = page.next_before;
  } while (before);
  return leads;
}

void check_progress(LedgerLead& lead, const DeliveryView& found, Trace& trace) {
  LedgerDelivery& known = lead.deliveries[found.destination];
  const std::string name = found.destination + ", " + lead.key;
  if (found.attempt_count < known.attempt_count) trace.broken("I3", name + ": attempts have fallen");
  const bool is_final = known.state == State::delivered || known.state == State::discarded;
  if (is_final && found.state != known.state) {
    trace.broken("I3", name + ": was " + std::string(to_string(known.state)) + " and is " +
                           std::string(to_string(found.state)));
  }
  if (known.delivered && found.state != State::delivered) {
    trace.broken("I3", name + ": was delivered, and the store does not know it");
  }
  known.state = found.state;
  known.attempt_count = found.attempt_count;
  known.delivered = found.state == State::delivered;
  const bool is_open = found.state == State::pending || found.state == State::claimed;
  if (is_open && known.begun > 0) known.may_come_twice = true;
}

int count_of(const DeliveryView& found, Outcome outcome) {
  return static_cast<int>(std::count_if(found.attempts.begin(), found.attempts.end(),
                                        [&](const Attempt& attempt) { return attempt.outcome == outcome; }));
}

int counted(const DeliveryView& found) {
  return static_cast<int>(std::count_if(found.attempts.begin(), found.attempts.end(),
                                        [](const Attempt& attempt) { return attempt.counted; }));
}

// Whether there is a reason why this one is dead that is not the destination's trouble.
bool may_be_dead(const Ended& ended) {
  const DeliveryView& found = ended.found;
  if (found.cause == "poison") return count_of(found, Outcome::interrupted) >= kCrashesUntilDead;
  const bool was_unsafe = ended.crm.keys() == Keys::ignored && !found.attempts.empty() &&
                          found.attempts.back().outcome == Outcome::ambiguous;
  if (was_unsafe) return true;
  switch (ended.lead.oddity) {
    case Oddity::none:
      return false;
    case Oddity::refused_422:
      return found.cause.starts_with("HTTP 422");
    case Oddity::forbidden_403:
      // By whatever the destination said last, when it was in trouble of its own then.
      return found.attempts.back().outcome == Outcome::rejected;
    case Oddity::breaks_500:
      return counted(found) >= RetryPolicy{}.max_attempts;
  }
  return false;
}

void check_dead(const Ended& ended, Trace& trace) {
  if (may_be_dead(ended)) return;
  std::string how = ended.name() + ": is dead, and nothing was wrong with it; " + ended.found.cause;
  for (const Attempt& attempt : ended.found.attempts) {
    how += "\n      " + to_rfc3339(attempt.started_at) + " " + std::string(to_string(attempt.outcome)) + " " +
           (attempt.counted ? "counted " : "") + attempt.detail;
  }
  trace.broken("no dead letters", how);
}

void check_ended(const Ended& ended, Trace& trace) {
  const DeliveryView& found = ended.found;
  // A stop interrupts as well what was not stored because the store had failed.
  if (count_of(found, Outcome::interrupted) > ended.restarts) {
    trace.broken("I3", ended.name() + ": was interrupted more often than the process ended");
  }
  switch (found.state) {
    case State::delivered:
      if (ended.crm.records(ended.lead.key) == 0) {
        trace.broken("I2", ended.name() + ": is delivered, they say, and the CRM does not have it");
      } else if (found.remote_id != ended.crm.record_id(ended.lead.key)) {
        trace.broken("I2", ended.name() + ": has the record id of another: " + found.remote_id);
      }
      return;
    case State::dead:
      return check_dead(ended, trace);
    case State::held:
      if (!ended.expected.held) trace.broken("I2", ended.name() + ": is held, and nobody wished it");
      return;
    case State::discarded:
      if (!ended.expected.discarded)
        trace.broken("I2", ended.name() + ": is discarded, and nobody wished it");
      return;
    case State::pending:
    case State::claimed:
      trace.broken("I2", ended.name() + ": has come to no end; it is " + std::string(to_string(found.state)));
  }
}

}  // namespace

void check_restart(outbox::Reader& reader, Ledger& ledger, Trace& trace) {
  std::size_t count = 0;
  for (const auto& view : read_all(reader)) {
    auto* const lead = ledger.find(to_string(view.lead.id));
    if (lead == nullptr) {
      trace.broken("I1", "the store has a lead that nobody sent");
      continue;
    }
    ++count;
    for (const auto& delivery : view.deliveries) check_progress(*lead, delivery, trace);
  }
  if (count != ledger.leads().size()) trace.broken("I1", "an accepted lead is not in the store");
}

void check_end(const std::string& path, Ledger& ledger, const std::map<std::string, SimulatedCrm>& crms,
               int restarts, Trace& trace) {
  outbox::Reader reader(path);
  check_restart(reader, ledger, trace);
  std::string acknowledged;
  for (const auto& [key, lead] : ledger.leads()) acknowledged += "accepted " + key + "\n";
  for (const auto& fault : test::faults_of_store(path, acknowledged)) trace.broken("I3", fault);

  for (const auto& [key, lead] : ledger.leads()) {
    const auto detail = reader.find(lead.id);
    if (!detail) continue;  // told above
    std::set<std::string> there;
    for (const auto& found : detail->view.deliveries) {
      there.insert(found.destination);
      const auto& expected = lead.deliveries.at(found.destination);
      check_ended({lead, expected, found, crms.at(found.destination), restarts}, trace);
    }
    for (const auto& [destination, expected] : lead.deliveries) {
      if (!expected.is_optional && !there.contains(destination))
        trace.broken("I2", destination + ", " + key + ": is not to be delivered");
    }
  }
}

}  // namespace leadspool::simulation

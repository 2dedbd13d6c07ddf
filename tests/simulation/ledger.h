// What a simulated run has to come to: each lead that was accepted, where it is to go, and what people and
// CRMs have done with it since. Kept beside the store, so that neither vouches for itself.
//
// Thread-safety: none.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "lead/delivery.h"
#include "simulation/dice.h"
#include "simulation/simulated_crm.h"

namespace leadspool::simulation {

struct LedgerDelivery {
  bool held = false;       // and nobody has released it
  bool discarded = false;  // by a person
  int begun = 0;           // requests
  bool delivered = false;  // told the worker, and stored
  // A redrive may have made it, or not: its destination was configured after the lead came.
  bool is_optional = false;
  // An earlier request may have been taken for lost: a process died, or a person ordered another try.
  bool may_come_twice = false;
  // As the store had it when it was last looked at.
  State state = State::pending;
  int attempt_count = 0;
};

struct LedgerLead {
  std::string key;  // its id, as CRMs see it
  Uuid id;
  Oddity oddity = Oddity::none;
  std::map<std::string, LedgerDelivery> deliveries;  // by destination
};

class Ledger {
 public:
  LedgerLead& add(LedgerLead lead) {
    keys_.push_back(lead.key);
    return leads_[lead.key] = std::move(lead);
  }

  [[nodiscard]] LedgerLead* find(const std::string& key) {
    const auto found = leads_.find(key);
    return found == leads_.end() ? nullptr : &found->second;
  }

  // Null: there is none.
  [[nodiscard]] LedgerDelivery* find(const std::string& destination, const std::string& key) {
    auto* const lead = find(key);
    if (lead == nullptr) return nullptr;
    const auto found = lead->deliveries.find(destination);
    return found == lead->deliveries.end() ? nullptr : &found->second;
  }

  [[nodiscard]] Oddity oddity_of(const std::string& key) const {
    const auto found = leads_.find(key);
    return found == leads_.end() ? Oddity::none : found->second.oddity;
  }

  [[nodiscard]] int count(Oddity oddity) const {
    int total = 0;
    for (const auto& [key, lead] : leads_) total += lead.oddity == oddity ? 1 : 0;
    return total;
  }

  [[nodiscard]] bool is_empty() const { return leads_.empty(); }
  [[nodiscard]] LedgerLead& any(Dice& dice) { return leads_.at(dice.pick(keys_)); }
  [[nodiscard]] std::map<std::string, LedgerLead>& leads() { return leads_; }

  // A person orders another try of everything there; of all destinations, when it is empty.
  void note_redriven(const std::string& destination) {
    for (auto& [key, lead] : leads_) {
      for (auto& [name, delivery] : lead.deliveries) {
        if (destination.empty() || destination == name) delivery.may_come_twice = true;
      }
    }
  }

 private:
  std::map<std::string, LedgerLead> leads_;
  std::vector<std::string> keys_;  // in the order of acceptance
};

}  // namespace leadspool::simulation

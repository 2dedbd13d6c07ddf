// The people of a simulated run: those who send leads, and those who correct, pause and redrive.
//
// Thread-safety: none. Ownership: the world outlives them.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "simulation/plan.h"
#include "simulation/world.h"

namespace leadspool::simulation {

class People {
 public:
  explicit People(World& world) : world_(world) {}

  // Some leads come, odd ones and duplicates among them.
  void send_leads();
  // One for all destinations, with which nothing is wrong; its key.
  std::string send_good_lead();

  // Redrives, discards or releases the deliveries of one lead.
  void correct(Act act);
  // Somebody has seen that the store was in trouble, and orders another try of all there is.
  void act_hastily();
  void pause(const std::string& destination);
  void resume(const std::string& destination);
  // At the end: whatever a person paused; half of the time, also what had paused itself.
  void resume_what_was_paused();
  void order_redrive();
  void cancel_redrive();

  // What is odd about the leads of which a delivery is pending or claimed.
  [[nodiscard]] std::set<Oddity> waiting();
  [[nodiscard]] bool has_open_redrives();
  void check_redrives();
  // None with which nothing is wrong may be left waiting.
  void check_good_leads();

 private:
  std::string send(Oddity oddity, bool is_plain, bool is_checked);
  void correct(Act act, const LedgerLead& lead);
  [[nodiscard]] Oddity draw_oddity();

  World& world_;
  int lead_count_ = 0;
  std::set<std::string> paused_;
  std::vector<Uuid> redrives_;
  std::set<Uuid> cancelled_;
};

}  // namespace leadspool::simulation

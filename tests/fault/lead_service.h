// A real `leadspool serve` on plain HTTP to loopback, with a store wherever a test wants it and a simulated
// CRM, to be hit by faults. It remembers what was acknowledged.
//
// Thread-safety: one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support/process.h"
#include "support/temporary_folder.h"

namespace leadspool::test {

class LeadService {
 public:
  // `store_folder` empty: one of its own.
  explicit LeadService(std::string store_folder = "", int minimum_free_mib = 0);

  // The simulated CRM, failing as `fault` tells (`leadspool simulate-crm --fault`). Before start(); without
  // one, deliveries find nobody there.
  void start_crm(const std::string& fault = "none");

  // Returns when it says that it has started. After kill(), again.
  void start(ProcessOptions options = {});
  // Whether it has ended by itself, or was killed, since it started.
  [[nodiscard]] bool has_ended() const;
  // Whichever way it ends: kill -9, so that nothing is tidied up.
  void kill();

  // Posts a lead unlike any other. The status, 0 without an answer.
  int post();

  [[nodiscard]] pid_t pid() const { return service_->pid(); }
  [[nodiscard]] std::string store() const { return store_folder_ + "/leads.db"; }
  // For faults_of_store().
  [[nodiscard]] const std::string& acknowledged() const { return acknowledged_; }

 private:
  // All that it said so far.
  std::string run_until_it_says(const std::string& text, std::unique_ptr<Process>& process,
                                std::vector<std::string> command, ProcessOptions options = {}) const;

  TemporaryFolder folder_;
  const std::string store_folder_;
  const int minimum_free_mib_;
  std::string crm_ = "http://127.0.0.1:1";
  std::string receiver_;
  int posted_ = 0;
  std::string acknowledged_;
  std::unique_ptr<Process> service_;
  std::unique_ptr<Process> crm_process_;
};

}  // namespace leadspool::test

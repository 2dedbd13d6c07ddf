// A Leadspool of a test's own: made by `leadspool init` in a temporary folder, on ports that were free, run
// as the real program beside a real simulated CRM.
//
// Thread-safety: one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "http/client.h"
#include "support/process.h"
#include "support/temporary_folder.h"

namespace leadspool::test {

using Json = nlohmann::json;

class Installation {
 public:
  Installation();

  // The command's words, without the program and --config.
  [[nodiscard]] Ended leadspool(std::vector<std::string> words, ProcessOptions options = {}) const;
  // The same with --json, which must succeed.
  [[nodiscard]] Json ask(std::vector<std::string> words) const;

  // Returns when it says that it has started.
  void serve(ProcessOptions options = {});
  // SIGTERM; returns how it ended.
  Ended stop();
  // kill -9.
  void kill();
  [[nodiscard]] Process& service() { return *service_; }

  void simulate_crm(std::vector<std::string> more_words = {});
  void stop_crm();
  void set_fault(const std::string& json) const;

  // All the CRM holds, as it tells.
  [[nodiscard]] std::vector<Json> crm_records() const;

  // POSTs to the lead URL over TLS.
  [[nodiscard]] http::ClientResult post(const std::string& body) const;
  // The same, for a body that is accepted with 202; returns the answer.
  Json accept(const std::string& body) const;

  // The admin API over its listener, with the token.
  [[nodiscard]] http::ClientAnswer admin(const std::string& method, const std::string& path) const;
  [[nodiscard]] Json admin_json(const std::string& path) const;
  // Of the delivery to the CRM: "delivered".
  [[nodiscard]] std::string state_of(const std::string& lead) const;
  [[nodiscard]] int count(const std::string& state) const;

  [[nodiscard]] std::string file(const std::string& name) const { return folder_.file(name); }
  [[nodiscard]] std::string config() const { return file("leadspool.toml"); }
  [[nodiscard]] std::string read(const std::string& name) const;
  void write(const std::string& name, const std::string& content) const;
  void append_to_config(const std::string& lines) const;
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string lead_url() const;

 private:
  TemporaryFolder folder_;
  int port_;
  std::unique_ptr<Process> service_;
  std::unique_ptr<Process> crm_;
};

}  // namespace leadspool::test

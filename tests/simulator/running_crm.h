// One CRM of the running simulator: what is below its path.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "simulator/running.h"

namespace leadspool::test {

class RunningCrm {
 public:
  // `path` like "/hubspot".
  explicit RunningCrm(std::string path) : path_(std::move(path)) {}

  [[nodiscard]] http::ClientResult try_call(const std::string& method, const std::string& path,
                                            const std::string& body = {},
                                            std::vector<http::Header> headers = {}) const {
    headers.push_back({"Content-Type", "application/json"});
    return running_.try_send(method, path_ + path, body, std::move(headers));
  }
  // Throws when nothing is answered.
  [[nodiscard]] http::ClientAnswer call(const std::string& method, const std::string& path,
                                        const std::string& body = {},
                                        std::vector<http::Header> headers = {}) const {
    headers.push_back({"Content-Type", "application/json"});
    return running_.send(method, path_ + path, body, std::move(headers));
  }
  [[nodiscard]] nlohmann::json get(const std::string& path) const { return running_.get(path_ + path); }

  void set_fault(const std::string& json) const { running_.put(path_ + "/faults", json); }
  void set(const std::string& settings_json) const { running_.put(path_ + "/settings", settings_json); }
  [[nodiscard]] int count() const { return get("/records").at("count"); }
  void advance(Milliseconds span) { running_.clock.advance(span); }

 private:
  const std::string path_;
  Running running_;
};

}  // namespace leadspool::test

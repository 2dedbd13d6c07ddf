// The simulator on a TLS listener of its own, and a client that trusts it.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "http/curl_client.h"
#include "http/self_signed.h"
#include "simulator/simulator.h"
#include "support/fake_clock.h"
#include "support/seeded_random.h"
#include "support/temporary_folder.h"

namespace leadspool::test {

class Running {
 public:
  Running() : simulator_(serving(), clock, random) { simulator_.start(); }

  [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(simulator_.port()); }

  http::ClientResult try_send(const std::string& method, const std::string& path,
                              const std::string& body = {}, std::vector<http::Header> headers = {}) const {
    http::ClientRequest request;
    request.method = method;
    request.url = "https://" + host() + path;
    request.body = body;
    request.headers = std::move(headers);
    request.ca_file = folder_.file("certificate.pem");
    return http::send_and_wait(std::move(request));
  }

  http::ClientAnswer send(const std::string& method, const std::string& path, const std::string& body = {},
                          std::vector<http::Header> headers = {}) const {
    auto result = try_send(method, path, body, std::move(headers));
    if (const auto* failure = std::get_if<http::ClientFailure>(&result)) {
      throw std::runtime_error(failure->detail);
    }
    return std::get<http::ClientAnswer>(std::move(result));
  }

  // A change of faults or settings, which must be taken.
  void put(const std::string& path, const std::string& json) const {
    const auto answer = send("PUT", path, json);
    if (answer.status != 200) throw std::runtime_error(answer.body);
  }

  [[nodiscard]] nlohmann::json get(const std::string& path) const {
    return nlohmann::json::parse(send("GET", path).body);
  }

  void stop() { simulator_.stop(); }

  FakeClock clock;
  SeededRandom random;

 private:
  [[nodiscard]] simulator::SimulatorOptions serving() const {
    const auto made = http::make_self_signed({"localhost", "127.0.0.1"}, SystemClock().now(), 30);
    simulator::SimulatorOptions options;
    options.certificate_file = folder_.file("certificate.pem");
    options.private_key_file = folder_.file("key.pem");
    std::ofstream(options.certificate_file) << made.certificate_pem;
    std::ofstream(options.private_key_file) << made.private_key_pem;
    return options;
  }

  TemporaryFolder folder_;
  simulator::Simulator simulator_;
};

}  // namespace leadspool::test

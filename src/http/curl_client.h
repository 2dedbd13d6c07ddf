// The client that really sends: libcurl's multi interface, which nothing outside this folder sees.
//
// Keeps connections open between requests; verifies certificate and host name; follows no redirect; honours
// no proxy for loopback addresses. See client.h for threads and callbacks.
#pragma once

#include <chrono>
#include <memory>

#include "http/client.h"

namespace leadspool::http {

class CurlClient final : public Client {
 public:
  // Throws std::runtime_error when libcurl cannot start.
  CurlClient();
  ~CurlClient() override;
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  using Client::send;
  void send(ClientRequest request, std::function<void(ClientResult)> done) override;

  void run(std::chrono::milliseconds longest, int wake_fd) override;
  void forget_all() override;
  [[nodiscard]] std::size_t in_flight() const override;

 private:
  class Transfers;
  std::unique_ptr<Transfers> transfers_;
};

// For commands that wait: one request, sent and answered.
[[nodiscard]] ClientResult send_and_wait(ClientRequest request);

}  // namespace leadspool::http

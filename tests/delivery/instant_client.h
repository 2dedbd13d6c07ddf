// An HTTP client for a worker on its own thread: it answers 200 at once, and sleeps where a real network
// would be waited for.
//
// Thread-safety: let_go() and sent() from any thread; the rest is the worker's.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <poll.h>

#include "http/client.h"

namespace leadspool::test {

class InstantClient final : public http::Client {
 public:
  // `held`: answers nothing before let_go().
  explicit InstantClient(bool held = false) : held_(held) {}

  // From the next run() on.
  void let_go() { held_ = false; }

  // How often each lead was sent, by its key.
  [[nodiscard]] std::map<std::string, int> sent() const {
    const std::lock_guard lock(mutex_);
    return sent_;
  }

  using http::Client::send;
  void send(http::ClientRequest request, std::function<void(http::ClientResult)> done) override {
    ready_.push_back(std::move(done));
    const std::lock_guard lock(mutex_);
    ++sent_[std::string(http::find_header(request.headers, "Idempotency-Key"))];
  }

  void run(std::chrono::milliseconds longest, int wake_fd) override {
    std::vector<std::function<void(http::ClientResult)>> ready;
    if (!held_) ready.swap(ready_);
    for (auto& done : ready) done(http::ClientAnswer{.status = 200, .body = "{}"});
    pollfd watched{wake_fd, POLLIN, 0};
    if (ready.empty()) poll(&watched, 1, static_cast<int>(longest.count()));
  }

  void forget_all() override { ready_.clear(); }
  [[nodiscard]] std::size_t in_flight() const override { return ready_.size(); }

 private:
  std::atomic<bool> held_;
  std::vector<std::function<void(http::ClientResult)>> ready_;
  mutable std::mutex mutex_;
  std::map<std::string, int> sent_;  // guarded by mutex_
};

}  // namespace leadspool::test

// An HTTP client that sends nothing: it keeps what was to be sent, and a test says what comes back.
//
//   client.on_send([](const auto& request) { return http::ClientAnswer{.status = 200}; });   each at once, or
//   client.answer(0, http::ClientAnswer{.status = 200});                                     one by one,
//   later
//
// Either way an answer is delivered by the next run(), as the contract of http::Client has it. run() never
// waits.
#pragma once

#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "http/client.h"

namespace leadspool::test {

class ScriptedClient final : public http::Client {
 public:
  using Answerer = std::function<http::ClientResult(const http::ClientRequest&)>;

  // Answers every request sent from now on; nullptr: they wait for answer() again.
  void on_send(Answerer answerer) { answerer_ = std::move(answerer); }

  // Answers the request that stands at `index` of requests(); it must be waiting.
  void answer(std::size_t index, http::ClientResult result) {
    auto waiting = waiting_.extract(index);
    CHECK(!waiting.empty());
    ready_.emplace_back(std::move(waiting.mapped()), std::move(result));
  }

  // Everything ever sent, in order.
  [[nodiscard]] const std::vector<http::ClientRequest>& requests() const { return requests_; }

  [[nodiscard]] bool is_waiting(std::size_t index) const { return waiting_.contains(index); }

  using http::Client::send;
  void send(http::ClientRequest request, std::function<void(http::ClientResult)> done) override {
    const std::size_t index = requests_.size();
    requests_.push_back(std::move(request));
    waiting_.emplace(index, std::move(done));
    if (answerer_) answer(index, answerer_(requests_.back()));
  }

  // Delivers what is ready now; what a callback makes ready waits for the next run().
  void run(std::chrono::milliseconds, int) override {
    for (auto& [done, result] : std::exchange(ready_, {})) done(std::move(result));
  }

  void forget_all() override {
    waiting_.clear();
    ready_.clear();
  }

  [[nodiscard]] std::size_t in_flight() const override { return waiting_.size() + ready_.size(); }

 private:
  using Done = std::function<void(http::ClientResult)>;

  Answerer answerer_;
  std::vector<http::ClientRequest> requests_;
  std::map<std::size_t, Done> waiting_;
  std::vector<std::pair<Done, http::ClientResult>> ready_;
};

}  // namespace leadspool::test

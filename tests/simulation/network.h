// The network of a simulated run: an HTTP client that carries requests to simulated CRMs by the fake clock.
//
// What a request does at its CRM it does whether or not its sender still lives; the answer reaches only the
// sender that waits for it. A crash is a call in the middle of the client's work, after which the sender is
// cut off: it may run on, but nothing of it is seen by anybody.
//
// Thread-safety: none. Ownership: clock, dice and watch outlive the network.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "http/client.h"
#include "simulation/dice.h"
#include "simulation/simulated_crm.h"
#include "simulation/watch.h"

namespace leadspool::simulation {

class Network final : public http::Client {
 public:
  // `oddity_of` tells what is odd about the lead of a key.
  Network(const Clock& clock, Dice& dice, Watch& watch, std::map<std::string, SimulatedCrm>& crms,
          std::function<Oddity(const std::string& key)> oddity_of)
      : clock_(clock), dice_(dice), watch_(watch), crms_(crms), oddity_of_(std::move(oddity_of)) {}

  // The process begins to use it, with nothing in flight.
  void begin_life();

  // At the `n`-th (from 1) sending or answering from now on the process dies: `crash` is called at that
  // moment, and then the process is cut off.
  void crash_at(int n, std::function<void()> crash);

  [[nodiscard]] bool is_cut_off() const { return cut_off_; }

  // What reaches a CRM by now.
  void arrive();

  // When something will happen by itself.
  [[nodiscard]] std::optional<SteadyTime> next() const;

  // Ever sent.
  [[nodiscard]] int requests() const { return last_number_; }

  // What the last run() did or would have waited for.
  struct Look {
    int answers = 0;
    bool woken = false;
    Milliseconds wait{0};
  };
  [[nodiscard]] const Look& last_look() const { return look_; }

  using http::Client::send;
  void send(http::ClientRequest request, std::function<void(http::ClientResult)> done) override;
  void run(std::chrono::milliseconds longest, int wake_fd) override;
  void forget_all() override;
  [[nodiscard]] std::size_t in_flight() const override { return waiting_.size(); }

 private:
  struct Waiting {
    std::string destination;
    std::string key;
    SteadyTime answer_at;
    std::optional<http::ClientResult> answer;
    std::function<void(http::ClientResult)> done;
  };
  struct OnTheWay {
    int number;
    std::string destination;
    std::string key;
  };

  // True: the process has just died.
  bool dies_here();
  void answer_one(int number);

  const Clock& clock_;
  Dice& dice_;
  Watch& watch_;
  std::map<std::string, SimulatedCrm>& crms_;
  const std::function<Oddity(const std::string&)> oddity_of_;

  int last_number_ = 0;
  std::map<int, Waiting> waiting_;
  std::multimap<SteadyTime, OnTheWay> on_the_way_;
  int crash_countdown_ = 0;
  std::function<void()> crash_;
  bool cut_off_ = false;
  Look look_;
};

}  // namespace leadspool::simulation

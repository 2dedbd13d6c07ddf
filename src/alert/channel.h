// One way by which people are told, with the book of what it told.
//
// Thread-safety: none; the watch's thread owns it.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "alert/alert_book.h"
#include "alert/sender.h"
#include "base/clock.h"

namespace leadspool::alert {

class Channel {
 public:
  using Send = std::function<SendResult(const Notice&)>;

  // After so long the rest waits for the next call: the other channels want their turn.
  static constexpr Milliseconds kTurn{5'000};

  // `name` begins the names under which its book is remembered, and stands in the log.
  explicit Channel(std::string name) : name_(std::move(name)), prefix_(name_ + ":") {}

  // Whom it reaches from now on; empty: nobody. Others know nothing of what was told before, so the book is
  // emptied when that changes. Only a hash of the address is kept, for it may be a secret.
  void reach(std::string_view address);

  // Sends what is due. What fails is logged once, and comes again at a later call.
  void tell(const std::vector<Trouble>& troubles, bool all_known, const Send& send, const Clock& clock);

  // It may be another one from now on: it is tried at the next call, whatever failed before.
  void try_afresh();

  // Whether `alert` was told by this channel to those whom it reaches; it is noted then.
  bool take_over(const outbox::ToldAlert& alert);

  // Under the names by which take_over() knows them.
  [[nodiscard]] std::vector<outbox::ToldAlert> told_alerts() const;

 private:
  void note_failure(const Notice& notice, const SendFailure& failure);

  const std::string name_;
  std::string prefix_;  // "webhook 0123456789abcdef:"
  AlertBook book_;
  int failures_ = 0;  // calls in a row in which something failed
  SteadyTime closed_until_{SteadyTime::min()};
  std::set<std::string> logged_;  // the notices whose failure was logged
};

}  // namespace leadspool::alert

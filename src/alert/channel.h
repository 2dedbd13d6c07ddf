// One way by which people are told, with the book of what it told.
//
// Thread-safety: none; the watch's thread owns it.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "alert/alert_book.h"
#include "alert/sender.h"
#include "base/time.h"

namespace leadspool::alert {

class Channel {
 public:
  using Send = std::function<SendResult(const Notice&)>;

  // `name` begins the names under which its book is remembered, and stands in the log.
  explicit Channel(std::string name) : name_(std::move(name)) {}

  // Sends what is due. What fails is logged once, and comes again at a later call.
  void tell(const std::vector<Trouble>& troubles, bool all_known, const Send& send, Time now,
            SteadyTime steady_now);

  // It may be another one from now on: it is tried at the next call, whatever failed before.
  void try_afresh();

  // Whether `alert` was told by this channel; it is noted then.
  bool take_over(const outbox::ToldAlert& alert);

  // Under the names by which take_over() knows them.
  [[nodiscard]] std::vector<outbox::ToldAlert> told_alerts() const;

 private:
  void note_failure(const Notice& notice, const SendFailure& failure);

  const std::string name_;
  AlertBook book_;
  int failures_ = 0;  // calls in a row in which something failed
  SteadyTime closed_until_{SteadyTime::min()};
  std::set<std::string> logged_;  // the notices whose failure was logged
};

}  // namespace leadspool::alert

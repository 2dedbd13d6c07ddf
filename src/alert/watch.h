// Looks every 15 seconds at how things stand, and tells people what is wrong: by webhook and e-mail, as far
// as they are configured, and in any case in the log.
//
// Each channel has a book of its own (alert_book.h), so one that fails neither silences another nor makes it
// tell twice, and one that is slow delays another for little more than its time-out. What was told is
// remembered in the store, as "email 0123456789abcdef:destination/crm", where the digits are a hash of whom
// it was told: others are told anew. A store that is in trouble holds up no notice, only its remembering. A
// channel that fails again and again is tried more and more seldom, at least every 10 minutes.
//
// Thread-safety: start(), stop() and the destructor from one thread; reconfigure() from any.
// Errors: what breaks a look is logged; nothing ends the watch but stop().
#pragma once

#include <functional>
#include <memory>

#include "alert/alert_options.h"
#include "alert/facts.h"
#include "base/clock.h"
#include "base/random.h"
#include "http/client.h"
#include "outbox/alert_log.h"

namespace leadspool::alert {

// All that is referred to outlives the watch.
struct WatchTools {
  std::function<Facts()> facts;  // called on the watch's thread
  outbox::AlertLog& log;
  http::Client& client;  // for nobody else
  const Clock& clock;
  Random& random;
};

class Watch {
 public:
  static constexpr Milliseconds kInterval{15'000};

  Watch(AlertOptions options, WatchTools tools);
  // Stops, if stop() was not called.
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Looks on a thread of its own.
  void start();

  // In force from the next look on.
  void reconfigure(AlertOptions options);

  // Gives up what is being sent. Idempotent.
  void stop();

  // What the thread does, for tests.
  void look();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace leadspool::alert

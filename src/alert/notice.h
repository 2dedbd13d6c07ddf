// What a person is told of a trouble, in words and as JSON.
//
// Thread-safety: values and pure functions.
#pragma once

#include <string>
#include <string_view>

#include "alert/trouble.h"
#include "base/time.h"

namespace leadspool::alert {

struct Notice {
  enum class State {
    raised,
    still,      // it lasts, or it has got worse
    recovered,  // it is over; of the trouble only name, since and subject are known
  };
  State state = State::raised;
  Trouble trouble;
  Time at;
  int returns = 0;  // how often it came back since the notice before
};

[[nodiscard]] std::string_view to_string(Notice::State state);

// "[Leadspool] still: crm is down"
[[nodiscard]] std::string subject_of(const Notice& notice);

// Several lines: what is wrong, what to do, since when, and where (`host`).
[[nodiscard]] std::string text_of(const Notice& notice, const std::string& host);

// An object whose "text" has all of it, as the webhooks of Slack, Teams and Mattermost take it; the other
// members are for programs.
[[nodiscard]] std::string to_json(const Notice& notice, const std::string& host);

}  // namespace leadspool::alert

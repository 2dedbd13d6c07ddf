// The door for what people were told of and is not over, or not for long, so that a restart does not tell it
// again.
//
// Thread-safety: any thread; each call blocks until it is done on disk.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "outbox/committer.h"

namespace leadspool::outbox {

// Names are "<channel>:<alert>". The log is told of everything, so what is told to it is shown to people.
inline constexpr std::string_view kLogChannel = "log";

struct ToldAlert {
  std::string name;
  Time since;
  Time told_at;  // last
  std::int64_t degree =
      0;  // how bad it is; below 0: it is over. That, and the text, is for the alerts to know
  std::string text;

  bool operator==(const ToldAlert&) const = default;
};

// What people were told, once.
struct ToldNotice {
  enum class Kind { began, goes_on, over };
  Time at;
  std::string name;
  Kind kind = Kind::began;
  std::string text;
};

struct AlertChanges {
  std::vector<ToldAlert> written;    // in the place of what was written under their names
  std::vector<std::string> removed;  // harmless where there is none
  std::vector<ToldNotice> notices;
};

class AlertLog {
 public:
  // The committer outlives it.
  explicit AlertLog(Committer& committer) : committer_(committer) {}

  // By name. Through the committer, which alone can read a store that is on its way back from trouble.
  [[nodiscard]] std::variant<std::vector<ToldAlert>, Failure> read_all();

  // All of it, or nothing.
  [[nodiscard]] CommitResult write(const AlertChanges& changes);

 private:
  Committer& committer_;
};

}  // namespace leadspool::outbox

// The door for what people were told of and is not over, or not for long, so that a restart does not tell it
// again.
//
// Thread-safety: any thread; each call blocks until it is done on disk.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "outbox/committer.h"

namespace leadspool::outbox {

struct ToldAlert {
  std::string name;
  Time since;
  Time told_at;             // last
  std::int64_t degree = 0;  // what it means, and the text, is for the alerts to know
  std::string text;

  bool operator==(const ToldAlert&) const = default;
};

class AlertLog {
 public:
  // The committer outlives it.
  explicit AlertLog(Committer& committer) : committer_(committer) {}

  // By name. Through the committer, which alone can read a store that is on its way back from trouble.
  [[nodiscard]] std::variant<std::vector<ToldAlert>, Failure> read_all();

  // In the place of what was written under that name.
  [[nodiscard]] CommitResult write(const ToldAlert& alert);

  // Harmless where there is none.
  [[nodiscard]] CommitResult remove(const std::string& name);

 private:
  Committer& committer_;
};

}  // namespace leadspool::outbox

// What `leadspool check` has found: one line each, with the mend.
//
// Thread-safety: values.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace leadspool::app {

// fail: leads are lost, refused or not delivered, or soon will be. warn: look at it.
enum class Level { ok, warn, fail };

struct Finding {
  Level level = Level::ok;
  std::string name;  // a contract with scripts: "certificate", "disk_space"
  std::string what;
  std::string mend;  // a command, or what to change and where; empty when there is nothing to mend
};

class Findings {
 public:
  void ok(std::string name, std::string what) { add(Level::ok, std::move(name), std::move(what), {}); }
  void warn(std::string name, std::string what, std::string mend) {
    add(Level::warn, std::move(name), std::move(what), std::move(mend));
  }
  void fail(std::string name, std::string what, std::string mend) {
    add(Level::fail, std::move(name), std::move(what), std::move(mend));
  }

  [[nodiscard]] const std::vector<Finding>& all() const { return all_; }
  [[nodiscard]] bool has_failure() const;

 private:
  void add(Level level, std::string name, std::string what, std::string mend);

  std::vector<Finding> all_;
};

// {"findings":[{"level","name","what","mend"}]} and an end of line.
[[nodiscard]] std::string findings_json(const Findings& findings);

// A line each: "fail  what is wrong  ->  the mend".
[[nodiscard]] std::string findings_text(const Findings& findings);

}  // namespace leadspool::app

// An installation that `leadspool check` is let loose on: what it finds, and its mends, followed literally.
//
// Thread-safety: one thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "e2e/installation.h"

namespace leadspool::test {

struct Findings {
  int code = 0;
  std::vector<Json> all;

  // Those of that name that are no better than `level`: "warn" or "fail".
  [[nodiscard]] std::vector<Json> of(const std::string& name, const std::string& level) const;
  // As a person would read it.
  [[nodiscard]] std::string text() const;
};

[[nodiscard]] Findings check(const Installation& leadspool, const std::vector<std::string>& more_words = {},
                             ProcessOptions options = {});

// A fault and how it must be told.
struct Planted {
  std::string name;
  std::string level;
  std::function<void()> plant;
  // Given the mend.
  std::function<void(const std::string& mend)> follow;
  std::vector<std::string> words{};  // of the command, besides
  ProcessOptions options{};          // that it runs with
};

// Requires that the fault is not found before it is planted, is found then, and not any more once the mend
// was followed.
void require_found_and_mended(const Installation& leadspool, const Planted& fault);

// Runs a command of a mend in a shell that finds `leadspool`; requires that it succeeds.
void run_mend(const std::string& command);

// The command that a mend begins with: what stands before its first ", " or "; ".
[[nodiscard]] std::string first_command(const std::string& mend);

void replace_in_config(const Installation& leadspool, const std::string& from, const std::string& to);

}  // namespace leadspool::test

#include "outbox/flaws.h"

namespace leadspool::outbox {

Flaws::Flaws()
    : checks_{{"integrity", "pages and indexes are whole"},  {"schema", "rules are those of this program"},
              {"payloads", "payloads match their receipts"}, {"states", "states are possible ones"},
              {"history", "histories lead to their states"}, {"sequence", "no number is missing"},
              {"counts", "counts are those of the rows"}} {}

void Flaws::add(CheckName name, std::string what) {
  auto& found = check(name);
  if (++found.flaws <= kTold) flaws_.push_back({found.name, std::move(what)});
}

}  // namespace leadspool::outbox

// Going through the leads that a query matches, page by page. A page may be short or empty though more
// follow: what is rare takes the store several looks.
//
// Thread-safety: main's thread.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace leadspool::app {

class CommandLine;

// Gives each page to `take`, as GET /api/v1/leads answers with it, until there are no more or `take` says
// false. Returns the exit code; an error is told.
[[nodiscard]] int for_each_lead_page(const CommandLine& line,
                                     std::vector<std::pair<std::string, std::string>> query,
                                     const std::function<bool(const std::string& page)>& take);

// The first `count` of them as one page, with a cursor for those that follow.
[[nodiscard]] int collect_leads(const CommandLine& line,
                                const std::vector<std::pair<std::string, std::string>>& query, int count,
                                std::string& page);

}  // namespace leadspool::app

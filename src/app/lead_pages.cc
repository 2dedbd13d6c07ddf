#include "app/lead_pages.h"

#include <nlohmann/json.hpp>

#include "app/command_line.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;
using Query = std::vector<std::pair<std::string, std::string>>;

constexpr int kLargestPage = 500;

// One page, at most `limit` leads from `cursor` on.
int fetch_page(const CommandLine& line, Query query, int limit, const std::string& cursor,
               std::string& page) {
  query.emplace_back("limit", std::to_string(limit));
  if (!cursor.empty()) query.emplace_back("cursor", cursor);
  return line.fetch({.method = "GET", .path = {"leads"}, .query = std::move(query), .body = {}}, page);
}

std::string next_cursor(const Json& page) {
  const auto& cursor = page["next_cursor"];
  return cursor.is_null() ? "" : cursor.get<std::string>();
}

}  // namespace

int for_each_lead_page(const CommandLine& line, Query query,
                       const std::function<bool(const std::string& page)>& take) {
  std::string cursor;
  do {
    std::string page;
    const int code = fetch_page(line, query, kLargestPage, cursor, page);
    if (code != kDone) return code;
    cursor = next_cursor(Json::parse(page));
    if (!take(page)) break;
  } while (!cursor.empty());
  return kDone;
}

int collect_leads(const CommandLine& line, const Query& query, int count, std::string& page) {
  Json leads = Json::array();
  std::string cursor;
  Query rest = query;
  for (auto given = rest.begin(); given != rest.end(); ++given) {
    if (given->first != "cursor") continue;
    cursor = given->second;
    rest.erase(given);
    break;
  }
  do {
    std::string part;
    const int code = fetch_page(line, rest, count - static_cast<int>(leads.size()), cursor, part);
    if (code != kDone) return code;
    auto parsed = Json::parse(part);
    cursor = next_cursor(parsed);
    for (auto& lead : parsed["leads"]) leads.push_back(std::move(lead));
  } while (!cursor.empty() && static_cast<int>(leads.size()) < count);
  page = Json{{"leads", std::move(leads)}, {"next_cursor", cursor.empty() ? Json() : Json(cursor)}}.dump();
  return kDone;
}

}  // namespace leadspool::app

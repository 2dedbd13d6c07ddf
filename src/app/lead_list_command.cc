#include "app/lead_list_command.h"

#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/lead_filters.h"
#include "app/lead_page.h"
#include "app/lead_pages.h"
#include "app/terminal.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

struct ListChoice {
  LeadFilters filters;
  int limit = 50;
  std::string cursor;
  bool all = false;
};

int list_some(const CommandLine& line, const ListChoice& choice) {
  auto query = choice.filters.query();
  if (!choice.cursor.empty()) query.emplace_back("cursor", choice.cursor);
  std::string page;
  const int code = collect_leads(line, query, choice.limit, page);
  if (code != kDone) return code;
  return line.report({200, page},
                     [](const std::string& json) { print(lead_list_text(json, output_width())); });
}

// With --json one object, written as the pages come; else a table for each page.
class WholeList {
 public:
  explicit WholeList(bool json) : json_(json) {}

  void add(const std::string& text) {
    auto page = Json::parse(text);
    if (json_) {
      if (!begun_) print(R"({"leads":[)");
      begun_ = true;
      for (const auto& lead : page["leads"]) print((count_++ == 0 ? "" : ",") + lead.dump());
    } else if (!page["leads"].empty()) {
      page["next_cursor"] = nullptr;
      print((count_++ == 0 ? "" : "\n") + lead_list_text(page.dump(), output_width()));
    }
  }

  void end() const {
    if (json_) {
      print("],\"next_cursor\":null}\n");
    } else if (count_ == 0) {
      print(lead_list_text(R"({"leads":[],"next_cursor":null})", output_width()));
    }
  }

 private:
  const bool json_;
  bool begun_ = false;
  std::size_t count_ = 0;
};

int list_all(const CommandLine& line, const ListChoice& choice) {
  WholeList list(line.json());
  const int code = for_each_lead_page(line, choice.filters.query(), [&](const std::string& page) {
    list.add(page);
    return true;
  });
  if (code == kDone) list.end();
  return code;
}

}  // namespace

void add_leads_list(CommandLine& line, CLI::App& leads) {
  const auto choice = std::make_shared<ListChoice>();
  auto& command =
      line.add("list", "Lists leads, the newest first.",
               "  leadspool leads list --state dead\n"
               "  leadspool leads list --q anna@contoso.com\n"
               "  leadspool leads list --q 'contoso garage' --from 2026-11-01T00:00:00Z --limit 500\n"
               "  leadspool leads list --unrouted --all",
               &leads);
  line.add_config_option(command);
  line.add_json_option(command);
  choice->filters.add_to(command);
  auto* const limit = command.add_option("--limit", choice->limit, "How many, 1 to 500 (default 50)");
  limit->type_name("N")->check(CLI::Range(1, 500).description(""));
  auto* const cursor = command.add_option("--cursor", choice->cursor, "Where the page before ended");
  cursor->type_name("CURSOR")->check(why_no_text);
  command.add_flag("--all", choice->all, "All of them, page after page")->excludes(limit)->excludes(cursor);
  line.on_call(command,
               [&line, choice] { return choice->all ? list_all(line, *choice) : list_some(line, *choice); });
}

}  // namespace leadspool::app

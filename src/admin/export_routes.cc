#include "admin/export_routes.h"

#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "admin/answers.h"
#include "admin/lead_csv.h"
#include "admin/lead_masking.h"
#include "admin/lead_query.h"
#include "admin/lead_view.h"

namespace leadspool::admin {
namespace {

using http::Answer;
using http::Error;
using http::Response;

constexpr int kLeadsAtATime = 300;

struct Format {
  std::string_view file;
  std::string_view content_type;
  std::string begin;
  std::string (*line)(const outbox::LeadView& lead);
};

std::string ndjson_line(const outbox::LeadView& lead) { return listed_lead_json(lead) + "\n"; }

Format csv() { return {"leads.csv", "text/csv; charset=utf-8", csv_header(), csv_row}; }
Format ndjson() { return {"leads.ndjson", "application/x-ndjson", "", ndjson_line}; }

// An export on its way. Thread-safety: none; the connection's thread has it.
class LeadExport {
 public:
  // Reads the first page already: a store that cannot be read is told instead of an answer that breaks off.
  LeadExport(outbox::Reader& reader, LeadQuery query, const Format& format)
      : reader_(reader),
        query_(std::move(query)),
        line_(format.line),
        first_part_(format.begin + read_page()) {}

  // One may be empty, as a page may, though more follow.
  std::optional<std::string> next_part() {
    if (first_part_) return std::exchange(first_part_, std::nullopt);
    if (at_end_) return std::nullopt;
    return read_page();
  }

 private:
  std::string read_page() {
    const auto page = reader_.list(query_.filter, kLeadsAtATime, query_.before);
    query_.before = page.next_before;
    at_end_ = !page.next_before;
    std::string text;
    for (const auto& lead : page.leads) text += line_(query_.masked ? masked(lead) : lead);
    return text;
  }

  outbox::Reader& reader_;
  LeadQuery query_;
  std::string (*const line_)(const outbox::LeadView& lead);
  bool at_end_ = false;
  std::optional<std::string> first_part_;
};

Answer give_all(const RouteTools& tools, const http::Request& request, const Format& format) {
  auto parsed = parse_lead_query(request);
  if (auto* error = std::get_if<Error>(&parsed)) return std::move(*error);
  auto leads =
      std::make_shared<LeadExport>(tools.doors.reader, std::get<LeadQuery>(std::move(parsed)), format);
  Response response = ok(std::string(format.content_type), "");
  response.headers.push_back(
      {"Content-Disposition", "attachment; filename=\"" + std::string(format.file) + "\""});
  response.next_part = [leads] { return leads->next_part(); };
  return response;
}

}  // namespace

void add_export_routes(const AddRoute& add, const RouteTools& tools) {
  for (const auto make_format : {csv, ndjson}) {
    const Format format = make_format();
    add({"GET", "/api/v1/" + std::string(format.file), lead_filter_parameters()},
        [tools, format](const Call& c) { return give_all(tools, c.request, format); });
  }
}

}  // namespace leadspool::admin

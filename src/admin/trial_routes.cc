#include "admin/trial_routes.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "admin/answers.h"
#include "admin/destination_routes.h"
#include "admin/lead_query.h"
#include "admin/trial_view.h"

namespace leadspool::admin {
namespace {

using http::Answer;
using http::Error;
using http::Request;

// Bodies may be large, so few leads are in memory at a time.
constexpr int kLeadsAtATime = 100;
// Where few leads are recent, this many portions are looked through for one answer.
constexpr int kMostPortions = 20;

bool is_wanted(const ServiceView& service, const std::string& name, const Lead& lead) {
  return !service.wants || service.wants(name, lead);
}

std::optional<connector::RequestPreview> preview_of(const ServiceView& service, const std::string& name,
                                                    const LeadWithPayload& lead) {
  return service.preview ? service.preview(name, lead) : std::nullopt;
}

Answer test(const ServiceView& service, const Request& request) {
  const std::string name(request.path_value("name"));
  const auto steps = service.test_destination ? service.test_destination(name) : std::nullopt;
  if (!steps) return no_such_destination(service, name);
  return json_response(test_json(name, *steps));
}

Error nothing_to_preview() {
  return make_error(404, "no_such_lead",
                    "There is no lead yet that could be delivered; `leadspool send` sends a test lead.");
}

// Why nothing is ever sent of such a lead; nullopt: it is.
std::optional<Error> why_never_sent(Disposition disposition) {
  if (disposition == Disposition::probe) {
    return not_possible("This is a probe, a request without a body: it goes to no destination.", "probe");
  }
  if (disposition == Disposition::quarantined) {
    return not_possible("This lead is quarantined, so it goes to no destination: revise it first.",
                        "quarantined");
  }
  return std::nullopt;
}

Answer preview_one(const RouteTools& tools, const std::string& name, const std::optional<Uuid>& id) {
  auto& reader = tools.doors.reader;
  const auto lead = id ? reader.find_with_payload(*id) : reader.newest_readable();
  if (!lead) return id ? no_such_lead() : nothing_to_preview();
  if (auto error = why_never_sent(lead->disposition)) return std::move(*error);
  const auto preview = preview_of(tools.service, name, *lead);
  if (!preview) return no_such_destination(tools.service, name);
  return json_response(preview_json(name, lead->id, is_wanted(tools.service, name, *lead), *preview));
}

// False: the destination is gone.
bool look_at(const ServiceView& service, const LeadWithPayload& lead, PreviewFindings& findings) {
  auto preview = preview_of(service, findings.destination, lead);
  if (!preview) return false;
  ++findings.checked;
  const bool is_rejected = !preview->rejected_because.empty();
  if (!is_rejected && preview->cuts.empty()) return true;
  auto& list = is_rejected ? findings.rejected : findings.cut;
  list.push_back({lead.id, lead.received_at, std::move(*preview)});
  return true;
}

Answer preview_many(const RouteTools& tools, const std::string& name, const PreviewQuery& query) {
  PreviewFindings findings;
  findings.destination = name;
  findings.since = *query.since;
  std::optional<std::int64_t> after = query.after;
  int left = query.limit;
  for (int portions = 0; after && left > 0 && portions < kMostPortions; ++portions) {
    const auto portion =
        tools.doors.reader.readable_since(*query.since, std::min(left, kLeadsAtATime), *after);
    for (const auto& lead : portion.leads) {
      if (!is_wanted(tools.service, name, lead)) continue;
      if (!look_at(tools.service, lead, findings)) return no_such_destination(tools.service, name);
    }
    left -= static_cast<int>(portion.leads.size());
    after = portion.next_after;
  }
  if (after) findings.next_cursor = make_cursor_after(*after);
  return json_response(preview_findings_json(findings));
}

Answer preview(const RouteTools& tools, const Request& request) {
  const auto parsed = parse_preview_query(request);
  if (const auto* error = std::get_if<Error>(&parsed)) return *error;
  const auto& query = std::get<PreviewQuery>(parsed);
  const std::string name(request.path_value("name"));
  if (!is_configured(tools.service, name)) return no_such_destination(tools.service, name);
  return query.since ? preview_many(tools, name, query) : preview_one(tools, name, query.lead);
}

}  // namespace

void add_test_route(const AddRoute& add, const ServiceView& service) {
  add("POST", "/api/v1/destinations/{name}/test", {},
      [&service](const Request& r) { return test(service, r); });
}

void add_preview_route(const AddRoute& add, const RouteTools& tools) {
  add("GET", "/api/v1/destinations/{name}/preview", preview_query_parameters(),
      [tools](const Request& r) { return preview(tools, r); });
}

}  // namespace leadspool::admin

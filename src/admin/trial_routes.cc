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

// In force still, but the file is what is tried.
Error not_in_the_file(const ServiceView& service, const std::string& name) {
  if (!is_configured(service, name)) return no_such_destination(service, name);
  return make_error(404, "no_such_destination",
                    "There is no destination \"" + name +
                        "\" in the configuration file any more; it is in force until `leadspool reload`.");
}

Answer test(const ServiceView& service, const Request& request) {
  const std::string name(request.path_value("name"));
  const auto steps = service.test_destination ? service.test_destination(name) : std::nullopt;
  if (!steps) return not_in_the_file(service, name);
  return json_response(test_json(name, *steps));
}

Error has_mistakes(const std::vector<std::string>& mistakes) {
  std::string text = "The configuration file cannot be used:";
  for (const auto& mistake : mistakes) text += "\n" + mistake;
  return make_error(409, "not_possible", std::move(text));
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

Answer preview_one(const RouteTools& tools, const std::string& name, const Previews& previews,
                   const std::optional<Uuid>& id) {
  auto& reader = tools.doors.reader;
  const auto lead = id ? reader.find_with_payload(*id) : reader.newest_readable();
  if (!lead) return id ? no_such_lead() : nothing_to_preview();
  const auto detail = reader.find(lead->id);
  if (detail && detail->view.erased_at) return erased(*detail->view.erased_at);
  if (auto error = why_never_sent(lead->disposition)) return std::move(*error);
  return json_response(preview_json(name, lead->id, previews.wants(*lead), previews.preview(*lead)));
}

void look_at(const Previews& previews, const LeadWithPayload& lead, PreviewFindings& findings) {
  auto preview = previews.preview(lead);
  ++findings.checked;
  const bool is_rejected = !preview.rejected_because.empty();
  if (!is_rejected && preview.cuts.empty()) return;
  auto& list = is_rejected ? findings.rejected : findings.cut;
  list.push_back({lead.id, lead.received_at, std::move(preview)});
}

Answer preview_many(const RouteTools& tools, const std::string& name, const Previews& previews,
                    const PreviewQuery& query) {
  PreviewFindings findings;
  findings.destination = name;
  findings.since = *query.since;
  std::optional<std::int64_t> after = query.after;
  int left = query.limit;
  for (int portions = 0; after && left > 0 && portions < kMostPortions; ++portions) {
    const auto portion =
        tools.doors.reader.readable_since(*query.since, std::min(left, kLeadsAtATime), *after);
    for (const auto& lead : portion.leads) {
      if (previews.wants(lead)) look_at(previews, lead, findings);
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
  const auto previews = tools.service.previews ? tools.service.previews(name) : std::nullopt;
  if (!previews) return not_in_the_file(tools.service, name);
  if (!previews->mistakes.empty()) return has_mistakes(previews->mistakes);
  return query.since ? preview_many(tools, name, *previews, query)
                     : preview_one(tools, name, *previews, query.lead);
}

}  // namespace

void add_test_route(const AddRoute& add, const ServiceView& service) {
  add({"POST", "/api/v1/destinations/{name}/test", {}},
      [&service](const Call& c) { return test(service, c.request); });
}

void add_preview_route(const AddRoute& add, const RouteTools& tools) {
  add({"GET", "/api/v1/destinations/{name}/preview", preview_query_parameters()},
      [tools](const Call& c) { return preview(tools, c.request); });
}

}  // namespace leadspool::admin

#include "admin/new_revision.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "admin/answers.h"
#include "admin/views.h"
#include "lead/lead_parser.h"
#include "lead/lead_source.h"
#include "lead/verdict.h"

namespace leadspool::admin {
namespace {

using http::Error;

std::variant<LeadFields, Error> read_payload(const std::string& payload) {
  auto reading = parse_lead(payload);
  if (auto* readable = std::get_if<ReadableLead>(&reading)) return std::move(readable->fields);
  if (auto* unreadable = std::get_if<Unreadable>(&reading)) {
    return make_error(422, std::move(unreadable->code), std::move(unreadable->message));
  }
  return make_error(422, "empty_payload", "The new payload is empty; leave it out to keep what came.");
}

// What stands for itself goes before what lead_source repeats of it, as when a lead is read.
void follow_lead_source(LeadFields& fields, const std::vector<FieldChange>& changes) {
  const auto pieces = split_lead_source(fields.lead_source);
  const auto is_changed_by_itself = [&](std::string LeadFields::* member) {
    return std::any_of(changes.begin(), changes.end(),
                       [&](const FieldChange& change) { return change.field->member == member; });
  };
  if (!is_changed_by_itself(&LeadFields::publisher)) fields.publisher = pieces.publisher;
  if (!is_changed_by_itself(&LeadFields::offer_id)) fields.offer_id = pieces.offer;
  if (!is_changed_by_itself(&LeadFields::action_code) && fields.action_code.empty()) {
    fields.action_code = pieces.action;
  }
}

LeadFields with_changes(const LeadFields& before, const std::vector<FieldChange>& changes) {
  LeadFields fields = before;
  for (const auto& [field, value] : changes) fields.*field->member = value;
  if (fields.lead_source != before.lead_source) follow_lead_source(fields, changes);
  return fields;
}

Error no_change() {
  return make_error(
      400, "no_change",
      "Nothing would change: the lead's fields are just so already. A redrive, a release or a discard "
      "needs no revision.");
}

Error no_field() {
  return make_error(
      422, "no_field",
      "The lead is quarantined, and so revised it would have no field at all: give its fields in "
      "\"changes\", or a body that can be read in \"payload\".");
}

}  // namespace

std::variant<outbox::NewRevision, Error> make_revision(const outbox::LeadDetail& detail,
                                                       const RevisionBody& body) {
  const Lead& lead = detail.view.lead;
  LeadFields fields = lead.fields;
  if (body.payload) {
    auto reading = read_payload(*body.payload);
    if (auto* error = std::get_if<Error>(&reading)) return std::move(*error);
    fields = std::get<LeadFields>(std::move(reading));
  }

  outbox::NewRevision revision;
  revision.number = detail.revisions.empty() ? 1 : detail.revisions.back().number + 1;
  revision.fields = with_changes(fields, body.changes);
  if (lead.disposition == Disposition::quarantined) {
    if (revision.fields == LeadFields{}) return no_field();
    auto [disposition, reason] = judge(revision.fields);
    revision.disposition = disposition;
    revision.disposition_reason = std::move(reason);
  } else if (revision.fields == lead.fields) {
    return no_change();
  }
  revision.changes_json = changes_json(lead.fields, revision.fields);
  revision.payload = body.payload;
  return revision;
}

}  // namespace leadspool::admin

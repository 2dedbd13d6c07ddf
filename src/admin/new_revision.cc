#include "admin/new_revision.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "admin/answers.h"
#include "admin/lead_view.h"
#include "lead/attempt.h"
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

LeadFields with_changes(const LeadFields& before, const std::vector<FieldChange>& changes) {
  LeadFields fields = before;
  const auto apply = [&] {
    for (const auto& [field, value] : changes) fields.*field->member = value;
  };
  apply();
  if (fields.lead_source == before.lead_source) return fields;
  // What the change gives by itself, a blank too, goes before what lead_source says of it.
  follow_lead_source(fields, before.lead_source);
  apply();
  return fields;
}

// Whether the destination may have what that try sent.
bool may_have_been_taken(const Attempt& attempt) {
  switch (attempt.outcome) {
    case Outcome::ambiguous:
    case Outcome::interrupted:
      return true;
    case Outcome::unavailable:
      return attempt.counted;
    case Outcome::delivered:
    case Outcome::rejected:
    case Outcome::misconfigured:
      return false;
  }
  return false;
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
  revision.disposition = lead.disposition;
  revision.disposition_reason = lead.disposition_reason;
  if (lead.disposition == Disposition::quarantined) {
    if (revision.fields == LeadFields{}) return no_field();
    auto [disposition, reason] = judge(revision.fields);
    revision.disposition = disposition;
    revision.disposition_reason = std::move(reason);
  } else if (revision.fields == lead.fields && !detail.view.deliveries.empty()) {
    return no_change();
  }
  revision.changes_json = changes_json(lead.fields, revision.fields);
  revision.payload = body.payload;
  return revision;
}

std::vector<std::string> revision_warnings(const outbox::LeadDetail& detail) {
  std::vector<std::string> warnings;
  for (const auto& delivery : detail.view.deliveries) {
    if (delivery.state == State::delivered || delivery.state == State::discarded) continue;
    if (std::none_of(delivery.attempts.begin(), delivery.attempts.end(), may_have_been_taken)) continue;
    warnings.push_back(
        delivery.destination +
        " may have the lead as it was before: a try went out of which nobody knows whether it "
        "was taken. The revised lead goes out under the same key, so if it was, the old version "
        "stays there: look, and correct it there.");
  }
  const bool was_judged_so = detail.view.lead.disposition == Disposition::do_not_contact;
  const bool says_so = judge(detail.view.lead.fields).disposition == Disposition::do_not_contact;
  if (says_so && !was_judged_so) {
    warnings.emplace_back(
        "The action code is DNC now, but the lead was taken for one to deliver, and still is: discard its "
        "deliveries if this person is not to be contacted.");
  } else if (was_judged_so && !says_so) {
    warnings.emplace_back(
        "The action code is not DNC any more, but what was held for it still is: release it if this person "
        "may "
        "be contacted.");
  }
  return warnings;
}

}  // namespace leadspool::admin

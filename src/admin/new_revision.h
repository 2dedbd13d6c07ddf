// What a lead becomes by a person's revision.
//
// Thread-safety: pure function.
#pragma once

#include <variant>

#include "admin/revision_body.h"
#include "http/message.h"
#include "outbox/corrections.h"
#include "outbox/reader.h"

namespace leadspool::admin {

// Without the deliveries of a quarantined lead, which are the configuration's to tell. An error where the new
// payload cannot be read, where nothing would change, or where a quarantined lead would stay without any
// field.
[[nodiscard]] std::variant<outbox::NewRevision, http::Error> make_revision(const outbox::LeadDetail& detail,
                                                                           const RevisionBody& body);

}  // namespace leadspool::admin

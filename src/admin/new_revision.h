// What a lead becomes by a person's revision.
//
// Thread-safety: pure function.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "admin/revision_body.h"
#include "http/message.h"
#include "outbox/corrections.h"
#include "outbox/reader.h"

namespace leadspool::admin {

// Without the deliveries of a lead that has none, which are the configuration's to tell. An error where the
// new payload cannot be read, where nothing would change (unless the lead has no delivery, which a revision
// makes), or where a quarantined lead would stay without any field.
[[nodiscard]] std::variant<outbox::NewRevision, http::Error> make_revision(const outbox::LeadDetail& detail,
                                                                           const RevisionBody& body);

// What a person who revised the lead should know, in sentences: which destinations may keep an older
// version, and where its wish not to be contacted has changed.
[[nodiscard]] std::vector<std::string> revision_warnings(const outbox::LeadDetail& detail);

}  // namespace leadspool::admin

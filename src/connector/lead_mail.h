// A lead as a mail to people.
//
// Thread-safety: pure.
#pragma once

#include "base/time.h"
#include "connector/email.h"
#include "http/mail.h"
#include "lead/lead.h"

namespace leadspool::connector {

// The mail for `lead`, dated `now`. Its text and its HTML tell the same: all fields that are not empty, when
// and from where the lead came, its id, and that it is a test or not to be contacted. Texts that are very
// long are cut where a mailbox would choke on them; the outbox has them whole.
[[nodiscard]] http::Mail lead_mail(const LeadWithPayload& lead, const EmailOptions& options, Time now);

}  // namespace leadspool::connector

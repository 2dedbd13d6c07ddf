// Leads as they are shown to whoever need not know the person: enough to tell one from another, too little to
// reach them. What the person's company, country and the offer are stays, as does what failed and why.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "outbox/reader.h"

namespace leadspool::admin {

// "Anna" -> "A•••"; one of a single character is hidden whole.
[[nodiscard]] std::string masked_name(std::string_view name);
// "anna@contoso.com" -> "a•••@contoso.com"; without an "@" as a name.
[[nodiscard]] std::string masked_email(std::string_view email);
// "+1 425 555 0142" -> "•••42"; one of less than six digits is hidden whole.
[[nodiscard]] std::string masked_phone(std::string_view phone);

[[nodiscard]] outbox::LeadView masked(outbox::LeadView lead);
[[nodiscard]] outbox::LeadDetail masked(outbox::LeadDetail lead);

}  // namespace leadspool::admin

#include "lead/verdict.h"

#include "base/text.h"
#include "base/time.h"
#include "lead/test_mark.h"

namespace leadspool {

Verdict judge(const LeadFields& fields) {
  if (equal_in_any_case(trimmed(fields.action_code), "DNC")) {
    return {Disposition::do_not_contact, "the action code is DNC: this person is not to be contacted"};
  }
  const LeadField* const marked = find_test_mark(fields);
  if (marked == nullptr) return {};
  std::string reason = std::string(marked->name) + " begins with MSFT_TEST_: a test of the marketplace";
  if (const auto sent_at = test_sent_at(fields)) reason += ", sent " + to_rfc3339(*sent_at);
  return {Disposition::test, std::move(reason)};
}

}  // namespace leadspool

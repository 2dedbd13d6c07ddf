#include "receiver/disposition.h"

#include <algorithm>
#include <string_view>

namespace leadspool::receiver {
namespace {

constexpr std::string_view kTestMark = "MSFT_TEST_";

bool is_do_not_contact(std::string_view action_code) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = action_code.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return false;
  const auto last = action_code.find_last_not_of(kBlanks);
  const auto code = action_code.substr(first, last - first + 1);
  return code.size() == 3 && (code[0] | 0x20) == 'd' && (code[1] | 0x20) == 'n' && (code[2] | 0x20) == 'c';
}

}  // namespace

Verdict judge(const LeadFields& fields) {
  if (is_do_not_contact(fields.action_code)) {
    return {Disposition::do_not_contact, "the action code is DNC: this person is not to be contacted"};
  }
  const auto marked = std::find_if(kLeadFields.begin(), kLeadFields.end(), [&](const LeadField& field) {
    return (fields.*field.member).starts_with(kTestMark);
  });
  if (marked != kLeadFields.end()) {
    return {Disposition::test,
            std::string(marked->name) + " begins with MSFT_TEST_: a test of the marketplace"};
  }
  return {};
}

}  // namespace leadspool::receiver

#include "connector/crm_error.h"

#include "connector/azure_table.h"
#include "connector/crm_fixture.h"
#include "connector/dynamics365.h"
#include "connector/hubspot.h"
#include "connector/odoo.h"
#include "connector/outcomes.h"
#include "connector/salesforce.h"

using namespace leadspool;
using namespace leadspool::test;
using connector::CrmError;

namespace {

constexpr CrmError kTable[] = {
    connector::unavailable("BUSY", std::chrono::seconds{10}, "it is busy"),
    connector::misconfigured("no such column", "change `mapping`"),
    connector::perhaps_misconfigured("VALUE", "look at `constants`"),
    connector::unavailable_and_counted("LOCKED"),
    connector::rejected("400"),
};

AttemptOutcome applied(const CrmError& error, const http::ClientAnswer& answer) {
  auto outcome = connector::outcome_of(answer, {.words = "No.", .field = "", .remote_id = "7"}, {}, kCrmNow);
  connector::apply(error, answer, kCrmNow, outcome);
  return outcome;
}

}  // namespace

TEST_CASE("the first row counts that has a code of the answer, or words of its message") {
  REQUIRE(connector::find_error(kTable, {"400", "VALUE"}) == &kTable[2]);
  REQUIRE(connector::find_error(kTable, {"400"}, "There is No Such Column 'x'") == &kTable[1]);
  REQUIRE(connector::find_error(kTable, {"400"}, "it is BUSY") == &kTable[4]);
  REQUIRE(connector::find_error(kTable, {"500", ""}) == nullptr);
  REQUIRE(connector::is_told_by(kTable[1], "NO SUCH COLUMN"));
  REQUIRE_FALSE(connector::is_told_by(kTable[0], "BUSY"));
}

TEST_CASE("a row says whose fault it is, and what to change") {
  const auto every_lead = applied(kTable[1], crm_answer(400));
  REQUIRE(every_lead.outcome == Outcome::misconfigured);
  REQUIRE(every_lead.concerns_every_lead);
  REQUIRE_FALSE(every_lead.may_be_the_leads_own);
  REQUIRE(every_lead.detail == "the CRM answered 400: No; change `mapping`");
  REQUIRE(every_lead.cause == "HTTP 400: No.; change `mapping`");

  const auto perhaps = applied(kTable[2], crm_answer(400));
  REQUIRE_FALSE(perhaps.concerns_every_lead);
  REQUIRE(perhaps.may_be_the_leads_own);

  const auto rejected = applied(kTable[4], crm_answer(400));
  REQUIRE(rejected.shows_access);
  REQUIRE(rejected.cause == "HTTP 400: No.");

  REQUIRE(applied(kTable[3], crm_answer(409)).counts_against_budget);
  REQUIRE_FALSE(applied(kTable[0], crm_answer(500)).counts_against_budget);
}

TEST_CASE("what the CRM tells of waiting goes before the row's, whatever the status") {
  REQUIRE(applied(kTable[0], crm_answer(403)).retry_after == std::chrono::seconds{10});
  REQUIRE(applied(kTable[0], crm_answer(403, "", {{"Retry-After", "3"}})).retry_after ==
          std::chrono::seconds{3});
  REQUIRE_FALSE(applied(kTable[3], crm_answer(409)).retry_after);
  REQUIRE_FALSE(applied(kTable[4], crm_answer(503, "", {{"Retry-After", "3"}})).retry_after);
}

TEST_CASE("an answer of success that is another's is misconfigured, and a cut one ambiguous") {
  auto answer = crm_answer(200, "<html>");
  const auto another = connector::not_understood(answer, "one of Acme's", kCrmNow);
  REQUIRE(another.outcome == Outcome::misconfigured);
  REQUIRE_FALSE(another.concerns_every_lead);
  REQUIRE(another.cause == "the answer is not one of Acme's");
  REQUIRE(contains(another.detail, "`url`"));
  answer.complete = false;
  const auto cut = connector::not_understood(answer, "one of Acme's", kCrmNow);
  REQUIRE(cut.outcome == Outcome::ambiguous);
  REQUIRE(cut.safe_to_repeat);
  REQUIRE(cut.cause == "the answer was cut off");
}

TEST_CASE("a refusal without the CRM's words is not held against the lead alone") {
  for (const int status : {400, 413, 422}) {
    auto gateway = connector::outcome_of(crm_answer(status), {}, {}, kCrmNow);
    connector::suspect_gateway(gateway);
    REQUIRE(gateway.outcome == Outcome::misconfigured);
    REQUIRE(gateway.may_be_the_leads_own);
    REQUIRE_FALSE(gateway.concerns_every_lead);
    REQUIRE(contains(gateway.detail, "`url`"));
    REQUIRE(contains(gateway.cause, "`url`"));
  }
  auto busy = connector::outcome_of(crm_answer(503), {}, {}, kCrmNow);
  connector::suspect_gateway(busy);
  REQUIRE(busy.outcome == Outcome::unavailable);
}

TEST_CASE("a proxy's refusal is not any CRM's") {
  const auto refused = crm_answer(400, "<html><title>Bad Request</title></html>");
  for (const auto& outcome :
       {connector::classify_hubspot(refused, {}, kCrmNow), connector::classify_odoo(refused, {}, kCrmNow),
        connector::classify_azure_table(refused, {}, kCrmNow),
        connector::classify_dynamics365(refused, {}, kCrmNow),
        connector::classify_salesforce(refused, {}, kCrmNow)}) {
    REQUIRE(outcome.outcome == Outcome::misconfigured);
    REQUIRE(outcome.may_be_the_leads_own);
  }
}
